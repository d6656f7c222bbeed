#include "connection.h"

#include <fcntl.h>
#include <netinet/tcp.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>

namespace gateway::bench {
namespace {

// The text of a field, or empty. Finds the common spelling fast, and others by a slow search.
std::string_view Field(std::string_view head, std::string_view name) {
  std::size_t at = head.find(name);
  for (std::size_t i = 0; at == std::string_view::npos && i + name.size() < head.size(); ++i) {
    if (strncasecmp(head.data() + i, name.data(), name.size()) == 0) at = i;
  }
  if (at == std::string_view::npos) return {};
  head.remove_prefix(at + name.size());
  return head.substr(0, head.find('\r'));
}

// The result of a TLS call, with errno as the socket call would have set it.
ssize_t Checked(SSL* tls, int result) {
  if (result > 0) return result;
  const int error = SSL_get_error(tls, result);
  errno = error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE ? EAGAIN : EPIPE;
  return error == SSL_ERROR_ZERO_RETURN ? 0 : -1;
}

}  // namespace

Connection::~Connection() {
  if (fd_ >= 0) close(fd_);
}

bool Connection::Open(const sockaddr_in& address, SSL_CTX* tls, int epoll, std::uint64_t tag) {
  tls_.reset();
  if (fd_ >= 0) close(fd_);
  fd_ = socket(AF_INET, SOCK_STREAM, 0);
  const int on = 1;
  setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (fd_ < 0 || connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    return false;
  }
  if (tls != nullptr && !Handshake(tls)) return false;
  epoll_ = epoll;
  tag_ = tag;
  watches_writable_ = false;
  closes_ = false;
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = tag;
  return epoll_ctl(epoll, EPOLL_CTL_ADD, fd_, &event) == 0;
}

bool Connection::Handshake(SSL_CTX* tls) {
  tls_.reset(SSL_new(tls));
  if (!tls_ || SSL_set_fd(tls_.get(), fd_) != 1 || SSL_connect(tls_.get()) != 1) return false;
  SSL_set_mode(tls_.get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  return fcntl(fd_, F_SETFL, O_NONBLOCK) == 0;
}

ssize_t Connection::Write(std::string_view data) {
  if (!tls_) return send(fd_, data.data(), data.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  return Checked(tls_.get(), SSL_write(tls_.get(), data.data(), static_cast<int>(data.size())));
}

ssize_t Connection::Read(char* data, std::size_t size) {
  if (!tls_) return recv(fd_, data, size, MSG_DONTWAIT);
  return Checked(tls_.get(), SSL_read(tls_.get(), data, static_cast<int>(size)));
}

Connection::Event Connection::Send(std::string_view request) {
  unsent_ = request;
  in_head_ = true;
  head_.clear();
  return Push();
}

Connection::Event Connection::OnWritable() { return unsent_.empty() ? Event::kMore : Push(); }

Connection::Event Connection::Push() {
  const ssize_t sent = Write(unsent_);
  if (sent < 0 && errno != EAGAIN) return Event::kBroken;
  if (sent > 0) unsent_.remove_prefix(static_cast<std::size_t>(sent));
  if (watches_writable_ == unsent_.empty()) Watch(!unsent_.empty());
  return Event::kMore;
}

void Connection::Watch(bool writable) {
  watches_writable_ = writable;
  epoll_event event{};
  event.events = writable ? EPOLLIN | EPOLLOUT : EPOLLIN;
  event.data.u64 = tag_;
  epoll_ctl(epoll_, EPOLL_CTL_MOD, fd_, &event);
}

Connection::Event Connection::OnReadable() {
  static thread_local std::array<char, 131072> buffer;
  const ssize_t got = Read(buffer.data(), buffer.size());
  if (got < 0 && errno == EAGAIN) return Event::kMore;
  if (got <= 0) return Event::kBroken;
  return Take({buffer.data(), static_cast<std::size_t>(got)});
}

Connection::Event Connection::Take(std::string_view data) {
  if (in_head_) {
    std::string_view head = data;
    if (!head_.empty()) head = head_.append(data);
    const std::size_t end = head.find("\r\n\r\n");
    if (end == std::string_view::npos) {
      if (head_.empty()) head_ = data;
      return Event::kMore;
    }
    const std::size_t beyond = head.size() - end - 4;  // all of it is of `data`
    if (!TakeHead(head.substr(0, end + 2))) return Event::kBroken;
    data.remove_prefix(data.size() - beyond);
    in_head_ = false;
  }
  if (status_ != 200 && head_.size() < 1000) head_.append(data.substr(0, 1000));
  if (data.size() > body_left_) return Event::kBroken;  // an answer to nothing
  body_left_ -= data.size();
  if (body_left_ > 0) return Event::kMore;
  // An answer before the whole request was sent, or the last one: the connection cannot be used
  // again.
  return closes_ || !unsent_.empty() ? Event::kLast : Event::kAnswered;
}

bool Connection::TakeHead(std::string_view head) {
  if (head.size() < 12 || head.substr(0, 7) != "HTTP/1.") return false;
  status_ = std::atoi(head.data() + 9);
  const std::string_view length = Field(head, "\r\nContent-Length: ");
  if (length.empty()) {  // chunked: not read here
    head_ = "(no Content-Length) " + std::string(head);
    return false;
  }
  body_left_ = static_cast<std::size_t>(std::strtoull(length.data(), nullptr, 10));
  if (status_ != 200) head_ = head;
  const std::string_view connection = status_ == 200 ? "" : Field(head, "\r\nConnection: ");
  closes_ = connection.size() == 5 && strncasecmp(connection.data(), "close", 5) == 0;
  return true;
}

}  // namespace gateway::bench
