#include "api/http/net/tls_context.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <system_error>
#include <utility>

namespace gateway::http {
namespace {

struct Free {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(std::FILE* file) const { static_cast<void>(std::fclose(file)); }
};
using ContextPtr = std::unique_ptr<SSL_CTX, Free>;
using KeyPtr = std::unique_ptr<EVP_PKEY, Free>;
using FilePtr = std::unique_ptr<std::FILE, Free>;

std::string Quoted(const std::string& path) { return '"' + path + '"'; }

// OpenSSL's error text of the call that has just failed; the cause comes first.
std::string OpenSslError() {
  std::array<char, 256> text{};
  const unsigned long error = ERR_get_error();  // NOLINT(google-runtime-int): OpenSSL's type
  if (error == 0) return "no reason given";
  const char* const reason = ERR_reason_error_string(error);
  if (reason == nullptr) ERR_error_string_n(error, text.data(), text.size());
  ERR_clear_error();
  return reason != nullptr ? reason : text.data();
}

// OpenSSL would report a file that is not there in its own words; these are clearer.
std::optional<TlsFault> CheckReadable(TlsFile which, const std::string& path) {
  const FilePtr file(std::fopen(path.c_str(), "re"));
  if (file && std::fgetc(file.get()) != EOF) return std::nullopt;
  const int error = errno;
  if (!file || std::ferror(file.get()) != 0) {
    return TlsFault{which,
                    Quoted(path) + " cannot be read: " + std::generic_category().message(error)};
  }
  return TlsFault{which, Quoted(path) + " is empty"};
}

// Instead of prompting for it on the terminal.
int NoPassphrase(char* /*buffer*/, int /*size*/, int /*writing*/, void* asked) {
  *static_cast<bool*>(asked) = true;
  return 0;
}

std::optional<TlsFault> UseCertificate(SSL_CTX* context, const std::string& path) {
  if (auto fault = CheckReadable(TlsFile::kCertificate, path)) return fault;
  if (SSL_CTX_use_certificate_chain_file(context, path.c_str()) == 1) return std::nullopt;
  return TlsFault{TlsFile::kCertificate,
                  Quoted(path) + " is not a certificate chain in PEM form: " + OpenSslError()};
}

std::optional<TlsFault> UseKey(SSL_CTX* context, const TlsFiles& files) {
  const std::string& path = files.key;
  if (auto fault = CheckReadable(TlsFile::kKey, path)) return fault;
  const FilePtr file(std::fopen(path.c_str(), "re"));
  bool encrypted = false;
  const KeyPtr key(file ? PEM_read_PrivateKey(file.get(), nullptr, NoPassphrase, &encrypted)
                        : nullptr);
  if (encrypted) {
    ERR_clear_error();
    return TlsFault{TlsFile::kKey,
                    Quoted(path) +
                        " is encrypted: store the key without a passphrase, readable "
                        "for the gateway alone"};
  }
  if (!key) {
    ERR_clear_error();  // "unsupported", which does not help
    return TlsFault{TlsFile::kKey, Quoted(path) + " is not a private key in PEM form"};
  }
  if (X509_check_private_key(SSL_CTX_get0_certificate(context), key.get()) != 1) {
    ERR_clear_error();
    return TlsFault{TlsFile::kKey, Quoted(path) + " is not the key of the first certificate in " +
                                       Quoted(files.certificate)};
  }
  if (SSL_CTX_use_PrivateKey(context, key.get()) == 1) return std::nullopt;
  return TlsFault{TlsFile::kKey, Quoted(path) + " cannot be used: " + OpenSslError()};
}

std::optional<TlsFault> UseClientCa(SSL_CTX* context, const std::string& path, bool required) {
  if (auto fault = CheckReadable(TlsFile::kClientCa, path)) return fault;
  auto* const names = SSL_load_client_CA_file(path.c_str());
  if (names == nullptr || SSL_CTX_load_verify_file(context, path.c_str()) != 1) {
    sk_X509_NAME_pop_free(names, X509_NAME_free);
    return TlsFault{TlsFile::kClientCa,
                    Quoted(path) + " holds no certificates in PEM form: " + OpenSslError()};
  }
  SSL_CTX_set_client_CA_list(context, names);  // takes them
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | (required ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0),
                     nullptr);
  return std::nullopt;
}

// A client that offers protocols (ALPN) must offer HTTP/1.1; one that offers none is assumed to use
// it.
int SelectProtocol(SSL* /*ssl*/, const unsigned char** out, unsigned char* out_length,
                   const unsigned char* in, unsigned int in_length, void* /*argument*/) {
  constexpr std::string_view kHttp11 = "http/1.1";
  for (unsigned int at = 0; at < in_length; at += 1U + in[at]) {
    if (in[at] != kHttp11.size() || at + in[at] >= in_length) continue;
    if (std::memcmp(in + at + 1, kHttp11.data(), kHttp11.size()) != 0) continue;
    *out = in + at + 1;
    *out_length = in[at];
    return SSL_TLSEXT_ERR_OK;
  }
  return SSL_TLSEXT_ERR_ALERT_FATAL;
}

// Ciphers and groups are OpenSSL's own choice, within what the system's openssl.cnf allows.
void SetPolicy(SSL_CTX* context) {
  if (SSL_CTX_get_min_proto_version(context) < TLS1_2_VERSION) {
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  }
  // An end without a close_notify is accepted: HTTP itself defines where a request ends, so a
  // truncated request never counts as complete.
  SSL_CTX_set_options(context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION |
                                   SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_IGNORE_UNEXPECTED_EOF);
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_read_ahead(context, 1);  // one system call per record instead of two
  // Sessions are resumed only by ticket: no state of disconnected clients is kept. A reload creates
  // new ticket keys, so that each client must authenticate against the new configuration.
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  constexpr std::array<unsigned char, 7> kName = {'g', 'a', 't', 'e', 'w', 'a', 'y'};
  SSL_CTX_set_session_id_context(context, kName.data(), kName.size());
  SSL_CTX_set_alpn_select_cb(context, SelectProtocol, nullptr);
}

std::chrono::system_clock::time_point ExpiryOf(const X509* certificate) {
  std::tm when{};
  if (ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &when) != 1) return {};
  return std::chrono::system_clock::from_time_t(timegm(&when));
}

}  // namespace

Result<TlsContext::Loaded, TlsFault> TlsContext::Read(const TlsFiles& files) {
  ERR_clear_error();
  ContextPtr context(SSL_CTX_new(TLS_server_method()));
  if (!context) return TlsFault{TlsFile::kCertificate, "OpenSSL cannot start: " + OpenSslError()};
  SetPolicy(context.get());
  if (auto fault = UseCertificate(context.get(), files.certificate)) return *std::move(fault);
  if (auto fault = UseKey(context.get(), files)) return *std::move(fault);
  if (!files.client_ca.empty()) {
    if (auto fault = UseClientCa(context.get(), files.client_ca, files.clients_need_certificate)) {
      return *std::move(fault);
    }
  }
  const auto expires = ExpiryOf(SSL_CTX_get0_certificate(context.get()));
  return Loaded{std::shared_ptr<SSL_CTX>(std::move(context)), expires};
}

Result<std::unique_ptr<TlsContext>, TlsFault> TlsContext::Load(TlsFiles files) {
  auto loaded = Read(files);
  if (!loaded.ok()) return std::move(loaded).error();
  return std::unique_ptr<TlsContext>(
      new TlsContext(std::move(files), std::move(loaded).value()));  // NOLINT: private constructor
}

TlsContext::TlsContext(TlsFiles files, Loaded loaded)
    : files_(std::move(files)), loaded_(std::move(loaded)) {}

TlsContext::~TlsContext() = default;

std::optional<TlsFault> TlsContext::Reload() {
  auto loaded = Read(files_);
  if (!loaded.ok()) return std::move(loaded).error();
  const MutexLock lock(mutex_);
  // Swapped, so that the old one is freed after the lock.
  std::swap(loaded_, loaded.value());
  return std::nullopt;
}

std::shared_ptr<ssl_ctx_st> TlsContext::current() const {
  const MutexLock lock(mutex_);
  return loaded_.context;
}

std::chrono::system_clock::time_point TlsContext::expires() const {
  const MutexLock lock(mutex_);
  return loaded_.expires;
}

}  // namespace gateway::http
