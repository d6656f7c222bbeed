#include "api/http/net/tls_stream.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>
#include <system_error>

#include "api/http/net/certificate_names.h"

namespace gateway::http {
namespace {

// Maximum size of one TLS record: larger writes are split in any case.
constexpr std::size_t kRecordBytes = SSL3_RT_MAX_PLAIN_LENGTH;

bool WouldBlock() { return errno == EAGAIN || errno == EWOULDBLOCK; }

// OpenSSL's own socket BIO would raise SIGPIPE after the client has disconnected.
int SendBytes(BIO* bio, const char* bytes, int size) {
  const int fd = *static_cast<const int*>(BIO_get_data(bio));
  ssize_t sent = 0;
  do {
    sent = send(fd, bytes, static_cast<std::size_t>(size), MSG_NOSIGNAL);
  } while (sent < 0 && errno == EINTR);
  BIO_clear_retry_flags(bio);
  if (sent < 0 && WouldBlock()) BIO_set_retry_write(bio);
  return static_cast<int>(sent);
}

int ReceiveBytes(BIO* bio, char* bytes, int size) {
  const int fd = *static_cast<const int*>(BIO_get_data(bio));
  ssize_t received = 0;
  do {
    received = recv(fd, bytes, static_cast<std::size_t>(size), 0);
  } while (received < 0 && errno == EINTR);
  BIO_clear_retry_flags(bio);
  if (received < 0 && WouldBlock()) BIO_set_retry_read(bio);
  if (received == 0) BIO_set_flags(bio, BIO_FLAGS_IN_EOF);
  return static_cast<int>(received);
}

long ControlBio(BIO* bio, int command, long, void*) {  // NOLINT(google-runtime-int)
  if (command == BIO_CTRL_EOF) return BIO_test_flags(bio, BIO_FLAGS_IN_EOF) != 0 ? 1 : 0;
  return command == BIO_CTRL_FLUSH ? 1 : 0;
}

const BIO_METHOD* SocketMethod() {
  struct Free {
    void operator()(BIO_METHOD* method) const { BIO_meth_free(method); }
  };
  static const std::unique_ptr<BIO_METHOD, Free> kMethod = [] {
    std::unique_ptr<BIO_METHOD, Free> method(
        BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "gateway socket"));
    if (method) {
      BIO_meth_set_write(method.get(), SendBytes);
      BIO_meth_set_read(method.get(), ReceiveBytes);
      BIO_meth_set_ctrl(method.get(), ControlBio);
    }
    return method;
  }();
  return kMethod.get();
}

struct FreeSsl {
  void operator()(SSL* ssl) const { SSL_free(ssl); }
};
using SslPtr = std::unique_ptr<SSL, FreeSsl>;

class TlsStream final : public Stream {
 public:
  TlsStream(int fd, SslPtr ssl) : fd_(fd), ssl_(std::move(ssl)) {}
  TlsStream(const TlsStream&) = delete;
  TlsStream& operator=(const TlsStream&) = delete;
  ~TlsStream() override;

  // False if there is no memory.
  bool Attach();

  bool needs_handshake() const override { return !established_; }
  IoResult::Status Handshake() override;
  std::optional<TlsPeer> TlsFacts() const override;
  std::string failure() const override { return failure_; }
  IoResult Read(char* buffer, std::size_t size) override;
  IoResult Write(const iovec* pieces, int count) override;
  void ShutdownWrite() override;
  void Abort() override {
    aborted_ = true;
    ResetWhenClosed(fd_);
  }
  IoResult Discard(char* buffer, std::size_t size) override;
  bool read_waits_for_room() const override { return read_wants_ == SSL_ERROR_WANT_WRITE; }
  bool write_waits_for_input() const override { return write_wants_ == SSL_ERROR_WANT_READ; }
  int fd() const override { return fd_; }

 private:
  // The result of a call that returned `returned`; `wants` becomes the event it waits for, if any.
  IoResult::Status StatusOf(int returned, int* wants);
  void SendCloseNotify();

  const int fd_;
  const SslPtr ssl_;
  bool established_ = false;
  bool failed_ = false;  // ssl_ must not be used any more
  bool closing_ = false;
  bool aborted_ = false;
  int read_wants_ = SSL_ERROR_NONE;
  int write_wants_ = SSL_ERROR_NONE;
  std::string failure_;
};

bool TlsStream::Attach() {
  BIO* const bio = SocketMethod() == nullptr ? nullptr : BIO_new(SocketMethod());
  if (bio == nullptr) return false;
  BIO_set_data(bio, const_cast<int*>(&fd_));  // NOLINT: read only, by the two functions above
  BIO_set_init(bio, 1);
  SSL_set_bio(ssl_.get(), bio, bio);  // takes it
  SSL_set_accept_state(ssl_.get());
  return true;
}

TlsStream::~TlsStream() {
  // For a connection closed while idle: tells the client that the close is intended.
  if (established_ && !closing_ && !aborted_ && write_wants_ == SSL_ERROR_NONE) SendCloseNotify();
  close(fd_);
}

IoResult::Status TlsStream::StatusOf(int returned, int* wants) {
  const int error = SSL_get_error(ssl_.get(), returned);
  *wants = SSL_ERROR_NONE;
  switch (error) {
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE:
      *wants = error;
      return IoResult::Status::kWouldBlock;
    case SSL_ERROR_ZERO_RETURN:
      return IoResult::Status::kEnd;
    default:
      failed_ = true;
      return IoResult::Status::kError;
  }
}

IoResult::Status TlsStream::Handshake() {
  ERR_clear_error();  // SSL_get_error also evaluates older errors
  errno = 0;
  const int returned = SSL_do_handshake(ssl_.get());
  if (returned == 1) {
    established_ = true;
    return IoResult::Status::kOk;
  }
  const int error = errno;
  int wants = SSL_ERROR_NONE;
  const IoResult::Status status = StatusOf(returned, &wants);
  if (status == IoResult::Status::kError) {
    const char* const reason = ERR_reason_error_string(ERR_peek_error());
    failure_ = reason != nullptr ? reason : std::generic_category().message(error);
  }
  return status;
}

std::optional<TlsPeer> TlsStream::TlsFacts() const {
  TlsPeer peer;
  peer.protocol = SSL_get_version(ssl_.get());
  // Without one the handshake would have failed if one was required.
  if (const X509* const certificate = SSL_get0_peer_certificate(ssl_.get())) {
    peer.certificate = std::make_shared<ClientCertificate>(ClientCertificate{NamesIn(certificate)});
  }
  return peer;
}

IoResult TlsStream::Read(char* buffer, std::size_t size) {
  if (failed_) return {IoResult::Status::kError, 0};
  ERR_clear_error();
  std::size_t bytes = 0;
  const int returned = SSL_read_ex(ssl_.get(), buffer, size, &bytes);
  if (returned != 1) return {StatusOf(returned, &read_wants_), 0};
  read_wants_ = SSL_ERROR_NONE;
  return {IoResult::Status::kOk, bytes};
}

// One record at a time. A write that would block has been encrypted already: OpenSSL requires the
// same bytes again, and at least as many. That holds, because the record is always the beginning of
// the remaining bytes.
IoResult TlsStream::Write(const iovec* pieces, int count) {
  if (failed_) return {IoResult::Status::kError, 0};
  const void* bytes = pieces[0].iov_base;
  std::size_t size = std::min(pieces[0].iov_len, kRecordBytes);
  char record[kRecordBytes];  // NOLINT: only what is used of it is ever touched
  if (count > 1 && size < kRecordBytes) {
    size = 0;
    for (int i = 0; i < count; ++i) {
      const std::size_t taken = std::min(pieces[i].iov_len, kRecordBytes - size);
      std::memcpy(record + size, pieces[i].iov_base, taken);
      size += taken;
    }
    bytes = record;
  }
  ERR_clear_error();
  std::size_t written = 0;
  const int returned = SSL_write_ex(ssl_.get(), bytes, size, &written);
  if (returned != 1) return {StatusOf(returned, &write_wants_), 0};
  write_wants_ = SSL_ERROR_NONE;
  return {IoResult::Status::kOk, written};
}

// Sends close_notify, before the socket itself is shut down.
void TlsStream::SendCloseNotify() {
  closing_ = true;
  write_wants_ = SSL_ERROR_NONE;
  read_wants_ = SSL_ERROR_NONE;
  if (established_ && !failed_) {
    ERR_clear_error();
    const int returned = SSL_shutdown(ssl_.get());
    if (returned < 0 && StatusOf(returned, &write_wants_) == IoResult::Status::kWouldBlock) {
      read_wants_ = SSL_ERROR_WANT_WRITE;  // Discard finishes it when the socket is writable
      return;
    }
  }
  shutdown(fd_, SHUT_WR);
}

void TlsStream::ShutdownWrite() {
  if (!closing_) SendCloseNotify();
}

// Not decrypted: only the end of the input matters.
IoResult TlsStream::Discard(char* buffer, std::size_t size) {
  if (write_wants_ != SSL_ERROR_NONE) SendCloseNotify();
  ssize_t bytes = 0;
  do {
    bytes = recv(fd_, buffer, size, 0);
  } while (bytes < 0 && errno == EINTR);
  if (bytes > 0) return {IoResult::Status::kOk, static_cast<std::size_t>(bytes)};
  if (bytes == 0) return {IoResult::Status::kEnd, 0};
  return {WouldBlock() ? IoResult::Status::kWouldBlock : IoResult::Status::kError, 0};
}

}  // namespace

std::unique_ptr<Stream> MakeTlsStream(int fd, const TlsContext& context) {
  SslPtr ssl(SSL_new(context.current().get()));
  if (!ssl) {
    close(fd);
    return nullptr;
  }
  auto stream = std::make_unique<TlsStream>(fd, std::move(ssl));
  if (!stream->Attach()) return nullptr;
  return stream;
}

}  // namespace gateway::http
