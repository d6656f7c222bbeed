// An HTTP client for tests, which connects to a port of this machine and can send byte by byte.
// Blocking, for one thread; if a server does not answer, the test fails after a while. TlsClient
// (tls_client.h) is the variant for TLS.
#ifndef GATEWAY_TESTS_SUPPORT_CPP_HTTP_CLIENT_H_
#define GATEWAY_TESTS_SUPPORT_CPP_HTTP_CLIENT_H_

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "api/http/message.h"

namespace gateway::testing {

struct ClientResponse {
  int status = 0;  // 0: no answer arrived
  std::string head;
  std::string body;
  bool whole = true;  // false: the connection ended before the last chunk

  // The value of the field, "" if there is none.
  std::string Field(std::string_view name) const {
    for (std::size_t at = head.find("\r\n"); at != std::string::npos; at = head.find("\r\n", at)) {
      at += 2;
      const std::size_t colon = head.find(':', at);
      if (colon == std::string::npos) break;
      if (http::EqualsIgnoreCase(std::string_view(head).substr(at, colon - at), name)) {
        const std::size_t end = head.find("\r\n", colon);
        return head.substr(colon + 2, end - colon - 2);
      }
    }
    return {};
  }
};

class HttpClient {
 public:
  struct Options {
    int receive_buffer = 0;  // bytes; 0: the system's own
    const char* from = "127.0.0.1";
  };

  // For a client whose own kernel buffers little.
  static Options SlowReader() {
    Options options;
    options.receive_buffer = 4'096;
    return options;
  }

  explicit HttpClient(std::uint16_t port) : HttpClient(port, Options()) {}
  HttpClient(std::uint16_t port, const Options& options)
      : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const timeval patience{20, 0};
    setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    const int on = 1;
    setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (options.receive_buffer > 0) {
      setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &options.receive_buffer, sizeof(int));
    }
    sockaddr_in address{};
    address.sin_family = AF_INET;
    inet_pton(AF_INET, options.from, &address.sin_addr);
    EXPECT_EQ(bind(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);  // NOLINT
    inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
    address.sin_port = htons(port);
    EXPECT_EQ(connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address),
              0)  // NOLINT
        << std::strerror(errno);
  }
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;
  virtual ~HttpClient() { Close(); }

  // The port of the client.
  std::uint16_t port() const {
    sockaddr_in address{};
    socklen_t length = sizeof address;
    getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &length);  // NOLINT
    return ntohs(address.sin_port);
  }

  // False if the server has closed.
  bool Send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = Transmit(bytes);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }
  virtual void HalfClose() { shutdown(fd_, SHUT_WR); }
  void Close() {
    if (fd_ >= 0) close(fd_);
    fd_ = -1;
  }
  // Closes the connection with a reset.
  void Abort() {
    const linger now{1, 0};
    setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    Close();
  }

  // Reads one answer; `to_head`: it has no body, regardless of its Content-Length.
  ClientResponse Read(bool to_head = false) {
    ClientResponse response;
    std::size_t end = 0;
    while ((end = buffer_.find("\r\n\r\n")) == std::string::npos) {
      if (!Fill()) return response;
    }
    response.head = buffer_.substr(0, end + 2);
    buffer_.erase(0, end + 4);
    response.status = std::atoi(response.head.c_str() + 9);
    if (!to_head && response.Field("Transfer-Encoding") == "chunked") {
      response.whole = ReadChunks(&response.body);
      return response;
    }
    const std::string length = response.Field("Content-Length");
    if (to_head || length.empty()) return response;
    const std::size_t bytes = std::stoul(length);
    while (buffer_.size() < bytes) {
      if (!Fill()) {
        ADD_FAILURE() << "the answer ends after " << buffer_.size() << " of " << bytes << " bytes";
        return response;
      }
    }
    response.body = buffer_.substr(0, bytes);
    buffer_.erase(0, bytes);
    return response;
  }
  ClientResponse Ask(std::string_view request) {
    Send(request);
    return Read();
  }

  // Waits for the end of the connection: true if the server closed it without a reset and without
  // further bytes.
  bool AtEnd() {
    while (Fill()) {
    }
    return buffer_.empty() && last_read_ == 0;
  }
  // Waits until the server has closed. False after a reset; with TLS, also without close_notify.
  bool EndsInOrder() {
    while (Fill()) {
    }
    return last_read_ == 0;
  }
  // Waits until the server has closed, with or without a reset, and ignores all bytes until then.
  void WaitForEnd() {
    while (Fill()) {
    }
    EXPECT_FALSE(last_errno_ == EAGAIN) << "the connection is still open";
  }
  // Waits for bytes. False if the server has closed.
  bool ReadSome() { return Fill(); }
  // Bytes that were received but are not part of an answer returned by Read.
  const std::string& unread() const { return buffer_; }

 protected:
  int fd() const { return fd_; }
  // As send and recv.
  virtual ssize_t Transmit(std::string_view bytes) {
    return send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  }
  virtual ssize_t Receive(char* buffer, std::size_t size) { return recv(fd_, buffer, size, 0); }

 private:
  // Appends the chunks of one body to `*body`. False if the connection ends before the last.
  bool ReadChunks(std::string* body) {
    while (true) {
      std::size_t line = 0;
      while ((line = buffer_.find("\r\n")) == std::string::npos) {
        if (!Fill()) return false;
      }
      const std::size_t size = std::stoul(buffer_.substr(0, line), nullptr, 16);
      while (buffer_.size() < line + 2 + size + 2) {
        if (!Fill()) return false;
      }
      body->append(buffer_, line + 2, size);
      buffer_.erase(0, line + 2 + size + 2);
      if (size == 0) return true;
    }
  }
  bool Fill() {
    char piece[16'384];
    last_read_ = Receive(piece, sizeof piece);
    last_errno_ = last_read_ < 0 ? errno : 0;
    EXPECT_NE(last_errno_, EAGAIN) << "the server neither answers nor closes";
    if (last_read_ <= 0) return false;
    buffer_.append(piece, static_cast<std::size_t>(last_read_));
    return true;
  }

  int fd_;
  std::string buffer_;
  ssize_t last_read_ = 1;
  int last_errno_ = 0;
};

}  // namespace gateway::testing

#endif  // GATEWAY_TESTS_SUPPORT_CPP_HTTP_CLIENT_H_
