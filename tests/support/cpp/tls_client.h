// An HttpClient for TLS. It accepts every certificate; a test checks the name in it.
#ifndef GATEWAY_TESTS_SUPPORT_CPP_TLS_CLIENT_H_
#define GATEWAY_TESTS_SUPPORT_CPP_TLS_CLIENT_H_

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <pthread.h>

#include <array>
#include <csignal>
#include <memory>
#include <string>
#include <string_view>

#include "support/cpp/http_client.h"
#include "support/cpp/test_certificates.h"

namespace gateway::testing {

// OpenSSL writes to sockets without MSG_NOSIGNAL. While such an object exists, its thread gets no
// SIGPIPE; other threads, such as the server's, would.
class WithoutSigpipe final {
 public:
  WithoutSigpipe() {
    sigemptyset(&pipe_);
    sigaddset(&pipe_, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
  }
  WithoutSigpipe(const WithoutSigpipe&) = delete;
  WithoutSigpipe& operator=(const WithoutSigpipe&) = delete;
  ~WithoutSigpipe() {
    const int error = errno;
    const timespec none{};
    while (sigtimedwait(&pipe_, nullptr, &none) > 0) {
    }
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
    errno = error;
  }

 private:
  sigset_t pipe_{};
  sigset_t before_{};
};

class TlsClient final : public HttpClient {
 public:
  struct Options {
    HttpClient::Options tcp;
    int version = 0;                     // the only one offered, as TLS1_2_VERSION; 0: any
    std::string protocols;               // offered by ALPN, each preceded by its length; "": none
    const Identity* identity = nullptr;  // presented if the server asks for it
    SSL_SESSION* resume = nullptr;
    bool send_hello = true;  // false: only connected; Connect continues
  };

  explicit TlsClient(std::uint16_t port) : TlsClient(port, Options()) {}
  TlsClient(std::uint16_t port, const Options& options)
      : HttpClient(port, options.tcp), context_(SSL_CTX_new(TLS_client_method()), &SSL_CTX_free) {
    if (options.version != 0) {
      SSL_CTX_set_min_proto_version(context_.get(), options.version);
      SSL_CTX_set_max_proto_version(context_.get(), options.version);
    }
    if (options.identity != nullptr) {
      SSL_CTX_use_certificate(context_.get(), options.identity->certificate.get());
      SSL_CTX_use_PrivateKey(context_.get(), options.identity->key.get());
    }
    ssl_.reset(SSL_new(context_.get()));
    if (!options.protocols.empty()) {
      SSL_set_alpn_protos(
          ssl_.get(),
          reinterpret_cast<const unsigned char*>(options.protocols.data()),  // NOLINT
          static_cast<unsigned>(options.protocols.size()));
    }
    if (options.resume != nullptr) SSL_set_session(ssl_.get(), options.resume);
    BIO* const bio = BIO_new_socket(fd(), BIO_NOCLOSE);
    SSL_set_bio(ssl_.get(), bio, bio);
    SSL_set_connect_state(ssl_.get());
    if (options.send_hello) Connect();
  }

  bool Connect() {
    const WithoutSigpipe guard;
    ERR_clear_error();
    connected_ = SSL_do_handshake(ssl_.get()) == 1;
    if (!connected_) TakeError();
    return connected_;
  }
  // With TLS 1.3, a client is connected before the server has checked its certificate: the first
  // read reports a refusal.
  bool connected() const { return connected_; }
  // Why the handshake, or the last read, failed: "tlsv1 alert ...".
  const std::string& error() const { return error_; }
  // True if the end of the connection came with a close_notify.
  bool was_told_goodbye() const {
    return (SSL_get_shutdown(ssl_.get()) & SSL_RECEIVED_SHUTDOWN) != 0;
  }
  std::string version() const { return SSL_get_version(ssl_.get()); }
  bool resumed() const { return SSL_session_reused(ssl_.get()) == 1; }
  std::shared_ptr<SSL_SESSION> session() const {
    return {SSL_get1_session(ssl_.get()), &SSL_SESSION_free};
  }
  std::string protocol() const {
    const unsigned char* name = nullptr;
    unsigned length = 0;
    SSL_get0_alpn_selected(ssl_.get(), &name, &length);
    return name == nullptr ? std::string() : std::string(name, name + length);
  }
  std::string server_name() const {
    const TestX509 certificate(SSL_get1_peer_certificate(ssl_.get()), &X509_free);
    if (!certificate) return {};
    std::array<char, 128> text{};
    X509_NAME_get_text_by_NID(X509_get_subject_name(certificate.get()), NID_commonName, text.data(),
                              static_cast<int>(text.size()));
    return text.data();
  }
  // One record that asks for new keys on both sides (TLS 1.3), sent with the next bytes.
  void UpdateKeys() { SSL_key_update(ssl_.get(), SSL_KEY_UPDATE_REQUESTED); }
  // Sends close_notify and ends its side; reading continues.
  void HalfClose() override {
    const WithoutSigpipe guard;
    SSL_shutdown(ssl_.get());
    HttpClient::HalfClose();
  }
  // Bypasses TLS.
  void SendRaw(std::string_view bytes) { HttpClient::Transmit(bytes); }
  // Ends only its side of the socket.
  void HalfCloseSilently() { HttpClient::HalfClose(); }

 private:
  ssize_t Transmit(std::string_view bytes) override {
    const WithoutSigpipe guard;
    ERR_clear_error();
    return SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size()));
  }
  ssize_t Receive(char* buffer, std::size_t size) override {
    const WithoutSigpipe guard;
    ERR_clear_error();
    errno = 0;
    const int read = SSL_read(ssl_.get(), buffer, static_cast<int>(size));
    if (read > 0) return read;
    if (SSL_get_error(ssl_.get(), read) == SSL_ERROR_ZERO_RETURN) return 0;
    TakeError();
    return -1;
  }
  void TakeError() {
    const char* const reason = ERR_reason_error_string(ERR_peek_error());
    error_ = reason == nullptr ? std::strerror(errno) : reason;
  }

  struct Free {
    void operator()(SSL* ssl) const { SSL_free(ssl); }
  };
  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context_;
  std::unique_ptr<SSL, Free> ssl_;
  bool connected_ = false;
  std::string error_;
};

}  // namespace gateway::testing

#endif  // GATEWAY_TESTS_SUPPORT_CPP_TLS_CLIENT_H_
