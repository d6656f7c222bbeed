// A ServerTest whose server speaks TLS, with a certificate for "first".
#ifndef GATEWAY_TESTS_SUPPORT_CPP_TLS_SERVER_H_
#define GATEWAY_TESTS_SUPPORT_CPP_TLS_SERVER_H_

#include <memory>
#include <string>

#include "api/http/net/tls_context.h"
#include "support/cpp/http_server.h"
#include "support/cpp/test_certificates.h"
#include "support/cpp/tls_client.h"

namespace gateway::testing {

class TlsServerTest : public ServerTest {
 protected:
  TlsServerTest() { WriteServer(MakeIdentity("first")); }
  ~TlsServerTest() override { Stop(); }  // before the context is destroyed

  void WriteServer(const Identity& identity) const {
    directory.Write("server.pem", identity.CertificatePem());
    directory.Write("server.key", identity.KeyPem());
  }
  // Clients must present a certificate of `authority`.
  void RequireClients(const Identity& authority) {
    files.client_ca = directory.Write("clients.pem", authority.CertificatePem());
  }
  void StartTls() {
    auto loaded = http::TlsContext::Load(files);
    ASSERT_TRUE(loaded.ok()) << loaded.error().what;
    context_ = std::move(loaded).value();
    options.tls = context_.get();
    Start();
  }
  http::TlsContext& context() { return *context_; }

  TestDirectory directory;
  http::TlsFiles files{directory.Path("server.pem"), directory.Path("server.key"), ""};

 private:
  std::unique_ptr<http::TlsContext> context_;
};

}  // namespace gateway::testing

#endif  // GATEWAY_TESTS_SUPPORT_CPP_TLS_SERVER_H_
