// The server's certificate, its key and its requirements on client certificates, read from files at
// start-up and again by Reload. Owned by Gateway; outlives the Server. Any thread may call Reload
// and everything const.
#ifndef GATEWAY_API_HTTP_NET_TLS_CONTEXT_H_
#define GATEWAY_API_HTTP_NET_TLS_CONTEXT_H_

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "service/types/mutex.h"
#include "service/types/result.h"

struct ssl_ctx_st;  // OpenSSL's SSL_CTX

namespace gateway::http {

struct TlsFiles {
  std::string certificate;  // the server's own first, then its issuers
  std::string key;
  std::string client_ca;                 // "": no certificate is requested
  bool clients_need_certificate = true;  // if there is a `client_ca`
};
enum class TlsFile : std::uint8_t { kCertificate, kKey, kClientCa };

// Why the files cannot be used.
struct TlsFault {
  TlsFile file = TlsFile::kCertificate;
  std::string what;  // names the file; no secrets
};

class TlsContext final {
 public:
  static Result<std::unique_ptr<TlsContext>, TlsFault> Load(TlsFiles files);
  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;
  ~TlsContext();

  // Reads the files again, for new connections; existing ones keep their certificate. On an error
  // nothing changes.
  std::optional<TlsFault> Reload();

  // The context for a new connection; a copy stays valid as long as it exists.
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
  mutable Mutex mutex_;
  Loaded loaded_ GUARDED_BY(mutex_);
};

}  // namespace gateway::http

#endif  // GATEWAY_API_HTTP_NET_TLS_CONTEXT_H_
