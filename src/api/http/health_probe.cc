#include "api/http/health_probe.h"

#include <netdb.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <memory>
#include <string_view>
#include <system_error>

namespace gateway::http {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr std::string_view kVersion = "HTTP/1.1 ";
constexpr std::size_t kStatusEnd = kVersion.size() + 3;

std::string Reachable(const std::string& address) {
  if (address == "0.0.0.0") return "127.0.0.1";
  return address == "::" ? "::1" : address;
}

// One connection, from connect to the status line.
class Exchange final {
 public:
  explicit Exchange(SteadyClock::time_point deadline) : deadline_(deadline) {}
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;
  ~Exchange() {
    if (fd_ >= 0) close(fd_);
  }

  // Each false with errno set; ETIMEDOUT at the deadline.
  bool Connect(const addrinfo& to) {
    fd_ = socket(to.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd_ < 0) return false;
    if (connect(fd_, to.ai_addr, to.ai_addrlen) == 0) return true;
    if (errno != EINPROGRESS || !Await(POLLOUT)) return false;
    int error = 0;
    socklen_t size = sizeof error;
    if (getsockopt(fd_, SOL_SOCKET, SO_ERROR, &error, &size) != 0) return false;
    errno = error;
    return error == 0;
  }
  bool Handshake() {
    static_cast<void>(std::signal(SIGPIPE, SIG_IGN));  // OpenSSL sends without MSG_NOSIGNAL
    context_.reset(SSL_CTX_new(TLS_client_method()));
    if (context_) ssl_.reset(SSL_new(context_.get()));
    if (!ssl_ || SSL_set_fd(ssl_.get(), fd_) != 1) {
      errno = ENOMEM;
      return false;
    }
    return Complete([this] { return SSL_connect(ssl_.get()); }) == 1;
  }
  bool Send(std::string_view bytes) {
    while (!bytes.empty()) {
      const int sent = ssl_ ? Complete([&] {
        return SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size()));
      })
                            : SendPlain(bytes);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }
  // The first `size` bytes of the answer, or fewer if it ends earlier.
  bool Receive(std::size_t size, std::string* answer) {
    answer->resize(size);
    std::size_t have = 0;
    while (have < size) {
      char* const to = answer->data() + have;
      const int room = static_cast<int>(size - have);
      const int received =
          ssl_ ? Complete([&] { return SSL_read(ssl_.get(), to, room); }) : ReceivePlain(to, room);
      if (received < 0) return false;
      if (received == 0) break;
      have += static_cast<std::size_t>(received);
    }
    answer->resize(have);
    return true;
  }

 private:
  int SendPlain(std::string_view bytes) const {
    for (;;) {
      const ssize_t sent = send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent >= 0) return static_cast<int>(sent);
      if (errno != EAGAIN || !Await(POLLOUT)) return -1;
    }
  }
  int ReceivePlain(char* to, int room) const {
    for (;;) {
      const ssize_t received = recv(fd_, to, static_cast<std::size_t>(room), 0);
      if (received >= 0) return static_cast<int>(received);
      if (errno != EAGAIN || !Await(POLLIN)) return -1;
    }
  }
  // Repeats a step of OpenSSL until it need not wait; returns its result, 0 at the end of the
  // stream, -1 with errno set.
  template <typename Step>
  int Complete(Step step) const {
    for (;;) {
      ERR_clear_error();
      errno = 0;
      const int result = step();
      if (result > 0) return result;
      switch (SSL_get_error(ssl_.get(), result)) {
        case SSL_ERROR_WANT_READ:
          if (!Await(POLLIN)) return -1;
          break;
        case SSL_ERROR_WANT_WRITE:
          if (!Await(POLLOUT)) return -1;
          break;
        case SSL_ERROR_ZERO_RETURN:
          errno = ECONNRESET;  // for the callers that expect more
          return 0;
        default:
          if (errno == 0) errno = EPROTO;
          return -1;
      }
    }
  }
  bool Await(short events) const {  // NOLINT(google-runtime-int): the type of pollfd
    for (;;) {
      const auto left =
          std::chrono::duration_cast<std::chrono::milliseconds>(deadline_ - SteadyClock::now());
      pollfd waiting{fd_, events, 0};
      const int ready =
          poll(&waiting, 1, static_cast<int>(std::max<std::int64_t>(left.count(), 0)));
      if (ready > 0) return true;
      if (ready < 0 && errno == EINTR) continue;
      if (ready == 0) errno = ETIMEDOUT;
      return false;
    }
  }

  struct Free {
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
    void operator()(SSL* ssl) const { SSL_free(ssl); }
  };

  const SteadyClock::time_point deadline_;
  int fd_ = -1;
  std::unique_ptr<SSL_CTX, Free> context_;
  std::unique_ptr<SSL, Free> ssl_;  // null: plain
};

}  // namespace

std::optional<std::string> ProbeHealth(const HealthProbe& probe) {
  const std::string address = Reachable(probe.address);
  const std::string host = address.find(':') == std::string::npos ? address : "[" + address + "]";
  const std::string url =
      (probe.tls ? "https://" : "http://") + host + ":" + std::to_string(probe.port) + probe.path;
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int lookup =
      getaddrinfo(address.c_str(), std::to_string(probe.port).c_str(), &hints, &found);
  if (lookup != 0) return url + " cannot be resolved: " + gai_strerror(lookup) + ".";
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owned(found, &freeaddrinfo);

  Exchange exchange(SteadyClock::now() + probe.timeout);
  std::string answer;
  if (!exchange.Connect(*found) || (probe.tls && !exchange.Handshake()) ||
      !exchange.Send("GET " + probe.path + " HTTP/1.1\r\nHost: " + host +
                     "\r\nConnection: close\r\n\r\n") ||
      !exchange.Receive(kStatusEnd, &answer)) {
    return url + " does not answer: " + std::generic_category().message(errno) + ".";
  }
  if (answer.size() < kStatusEnd || !answer.starts_with(kVersion)) {
    return url + " does not answer in HTTP/1.1.";
  }
  const std::string status = answer.substr(kVersion.size());
  if (status == "200") return std::nullopt;
  return url + " answers " + status + ", not 200.";
}

}  // namespace gateway::http
