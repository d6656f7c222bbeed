#include "os/health_probe.h"

#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <string_view>
#include <system_error>

namespace gateway {
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
  bool Send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent >= 0) {
        bytes.remove_prefix(static_cast<std::size_t>(sent));
      } else if (errno != EAGAIN || !Await(POLLOUT)) {
        return false;
      }
    }
    return true;
  }
  // The first `size` bytes of the answer, or fewer if it ends before.
  bool Receive(std::size_t size, std::string* answer) {
    answer->resize(size);
    std::size_t have = 0;
    while (have < size) {
      const ssize_t received = recv(fd_, answer->data() + have, size - have, 0);
      if (received == 0) break;
      if (received > 0) {
        have += static_cast<std::size_t>(received);
      } else if (errno != EAGAIN || !Await(POLLIN)) {
        return false;
      }
    }
    answer->resize(have);
    return true;
  }

 private:
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

  const SteadyClock::time_point deadline_;
  int fd_ = -1;
};

}  // namespace

std::optional<std::string> ProbeHealth(const HealthProbe& probe) {
  const std::string address = Reachable(probe.address);
  const std::string host = address.find(':') == std::string::npos ? address : "[" + address + "]";
  const std::string url = "http://" + host + ":" + std::to_string(probe.port) + probe.path;
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int lookup =
      getaddrinfo(address.c_str(), std::to_string(probe.port).c_str(), &hints, &found);
  if (lookup != 0) return url + " cannot be asked: " + gai_strerror(lookup) + ".";
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owned(found, &freeaddrinfo);

  Exchange exchange(SteadyClock::now() + probe.timeout);
  std::string answer;
  if (!exchange.Connect(*found) ||
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

}  // namespace gateway
