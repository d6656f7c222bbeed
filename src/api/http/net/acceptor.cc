#include "api/http/net/acceptor.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

namespace gateway::http {
namespace {

// Pause when the process has no descriptor left: long enough not to spin, short enough not to be
// noticed.
constexpr int kPauseMs = 100;
// Beyond the limit this many connections get an answer before they are closed; all others are
// closed at once.
constexpr std::size_t kMaxRejectionAnswers = 256;

Peer PeerAt(const sockaddr_storage& address) {
  char text[INET6_ADDRSTRLEN] = "";
  in_port_t port = 0;
  if (address.ss_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, &address, sizeof v4);
    inet_ntop(AF_INET, &v4.sin_addr, text, sizeof text);
    port = v4.sin_port;
  } else if (address.ss_family == AF_INET6) {
    sockaddr_in6 v6{};
    std::memcpy(&v6, &address, sizeof v6);
    port = v6.sin6_port;
    if (IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr)) {
      inet_ntop(AF_INET, &v6.sin6_addr.s6_addr[12], text, sizeof text);
    } else {
      inet_ntop(AF_INET6, &v6.sin6_addr, text, sizeof text);
    }
  }
  return {text, ntohs(port), std::nullopt};
}

bool OutOfResources(int error) {
  return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

}  // namespace

bool AddressCounter::Add(const std::string& address) {
  if (limit_ == 0) return true;
  const MutexLock lock(mutex_);
  return ++counts_[address] <= limit_;
}

void AddressCounter::Remove(const std::string& address) {
  if (limit_ == 0) return;
  const MutexLock lock(mutex_);
  const auto found = counts_.find(address);
  if (found != counts_.end() && --found->second == 0) counts_.erase(found);
}

Acceptor::Acceptor(std::vector<int> listeners, StreamFactory make_stream, AcceptLimits limits,
                   std::vector<IoLoop*> loops, AddressCounter& addresses, HttpMetrics& metrics,
                   Logger& logger)
    : listeners_(std::move(listeners)),
      make_stream_(std::move(make_stream)),
      limits_(limits),
      loops_(std::move(loops)),
      addresses_(addresses),
      metrics_(metrics),
      logger_(logger),
      stop_fd_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
  if (stop_fd_ < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
}

Acceptor::~Acceptor() {
  Stop();
  close(stop_fd_);
}

void Acceptor::Start() {
  thread_ = std::thread([this] { Run(); });
  pthread_setname_np(thread_.native_handle(), "http-accept");
}

void Acceptor::Stop() {
  if (thread_.joinable()) {
    eventfd_write(stop_fd_, 1);
    thread_.join();
  }
  CloseListeners();
}

void Acceptor::CloseListeners() {
  for (const int listener : std::exchange(listeners_, {})) close(listener);
}

void Acceptor::Run() {
  std::vector<pollfd> polled;
  polled.push_back({stop_fd_, POLLIN, 0});
  for (const int listener : listeners_) polled.push_back({listener, POLLIN, 0});
  bool exhausted = false;
  while (true) {
    // Without descriptors the listeners stay readable: wait only for the stop event, then retry.
    const int ready =
        exhausted ? poll(polled.data(), 1, kPauseMs) : poll(polled.data(), polled.size(), -1);
    if (ready < 0 && errno != EINTR) {
      logger_.Log(LogLevel::kCritical, "accept-failed",
                  "The accept loop cannot wait for connections and has stopped.",
                  {{"error", std::generic_category().message(errno)}});
      return;
    }
    const bool stop = (polled[0].revents & POLLIN) != 0;
    exhausted = false;
    for (const int listener : listeners_) exhausted = !AcceptAll(listener) || exhausted;
    // At once, because the kernel resets connections made between the last accept and the close.
    if (stop) return CloseListeners();
  }
}

// False if the process has no descriptor left.
bool Acceptor::AcceptAll(int listener) {
  while (true) {
    sockaddr_storage address{};
    socklen_t length = sizeof address;
    const int fd = accept4(listener, reinterpret_cast<sockaddr*>(&address), &length,  // NOLINT
                           SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd >= 0) {
      Assign(fd, PeerAt(address));
      continue;
    }
    if (errno == EAGAIN || errno == EWOULDBLOCK) return true;
    if (OutOfResources(errno)) {
      metrics_.OnHttpRejected("out-of-descriptors");
      logger_.Log(LogLevel::kWarning, "out-of-descriptors",
                  "No connection can be accepted at the moment: raise the limit on open files.",
                  {{"error", std::generic_category().message(errno)}});
      return false;
    }
    // ECONNABORTED and other errors of one connection: the next one may succeed.
  }
}

std::size_t Acceptor::OpenConnections() const {
  std::size_t open = 0;
  for (const IoLoop* loop : loops_) open += loop->connections();
  return open;
}

void Acceptor::Assign(int fd, Peer peer) {
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  Arrival arrival{make_stream_(fd), std::move(peer), false};
  if (!arrival.stream) return metrics_.OnHttpRejected("out-of-memory");
  const std::size_t open = OpenConnections();
  if (open >= limits_.max_connections) {
    metrics_.OnHttpRejected("max-connections");
    if (open >= limits_.max_connections + kMaxRejectionAnswers) return;
    arrival.refuse = true;
  }
  if (!addresses_.Add(arrival.peer.address)) {
    metrics_.OnHttpRejected("max-connections-per-address");
    arrival.refuse = true;
  }
  if (arrival.refuse && arrival.stream->needs_handshake())
    return addresses_.Remove(arrival.peer.address);
  loops_[next_loop_]->Add(std::move(arrival));
  next_loop_ = (next_loop_ + 1) % loops_.size();
}

}  // namespace gateway::http
