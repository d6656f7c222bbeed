// The server's certificate, its key and what it asks of clients: read from files at start-up and
// again by Reload. Owned by main; outlives the Server. Reload, and everything const, from any
// thread.
#ifndef GATEWAY_API_HTTP_NET_TLS_CONTEXT_H_
#define GATEWAY_API_HTTP_NET_TLS_CONTEXT_H_

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "service/types/result.h"

struct ssl_ctx_st;  // OpenSSL's SSL_CTX

namespace gateway::http {

struct TlsFiles {
  std::string certificate;  // Http:Tls:CertificateFile: the server's own first, then its issuers
  std::string key;          // Http:Tls:KeyFile
  std::string client_ca;    // Http:Tls:ClientCaFile; "": clients need no certificate
};

// Why the files cannot be used.
struct TlsFault {
  std::string_view key;  // "Http:Tls:KeyFile": the configuration key whose file it is
  std::string what;      // names the file; no secrets
};

class TlsContext final {
 public:
  static Result<std::unique_ptr<TlsContext>, TlsFault> Load(TlsFiles files);
  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;
  ~TlsContext();

  // Reads the files again, for connections that come from now on; those that are there keep what
  // they have. With a fault everything stays as it was.
  std::optional<TlsFault> Reload();

  // What a new connection takes; a copy stays valid for as long as it is held.
  std::shared_ptr<ssl_ctx_st> current() const;

  // When the server's certificate expires.
  std::chrono::system_clock::time_point expires() const;

 private:
  struct Loaded {
    std::shared_ptr<ssl_ctx_st> context;
    std::chrono::system_clock::time_point expires;
  };

  TlsContext(TlsFiles files, Loaded loaded);
  static Result<Loaded, TlsFault> Read(const TlsFiles& files);

  const TlsFiles files_;
  mutable std::mutex mutex_;
  Loaded loaded_;
};

}  // namespace gateway::http

#endif  // GATEWAY_API_HTTP_NET_TLS_CONTEXT_H_
