#include "api/http/net/server.h"

#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <thread>
#include <utility>

#include "api/http/net/tls_stream.h"

namespace gateway::http {
namespace {

// Length of the kernel's accept queue; the kernel uses the smaller of this and net.core.somaxconn.
constexpr int kBacklog = 4'096;

// An iteration takes milliseconds; a loop without one for this long is stuck.
constexpr std::chrono::seconds kTurnLimit{10};

std::uint16_t BoundPort(int fd) {
  sockaddr_storage address{};
  socklen_t length = sizeof address;
  if (getsockname(fd, reinterpret_cast<sockaddr*>(&address), &length) != 0) return 0;  // NOLINT
  if (address.ss_family == AF_INET6) {
    sockaddr_in6 v6{};
    std::memcpy(&v6, &address, sizeof v6);
    return ntohs(v6.sin6_port);
  }
  sockaddr_in v4{};
  std::memcpy(&v4, &address, sizeof v4);
  return ntohs(v4.sin_port);
}

std::string UrlOf(const ServerOptions& options, std::uint16_t port) {
  const std::string& address = options.address;
  const bool v6 = address.find(':') != std::string::npos;
  return (options.tls != nullptr ? "https://" : "http://") + (v6 ? "[" + address + "]" : address) +
         ":" + std::to_string(port);
}

StreamFactory StreamFactoryOf(const TlsContext* tls) {
  if (tls == nullptr) return MakePlainStream;
  return [tls](int fd) { return MakeTlsStream(fd, *tls); };
}

}  // namespace

Server::Server(ServerOptions options, HttpHandler& handler, const Clock& clock,
               HttpMetrics& metrics, Logger& logger)
    : options_(std::move(options)),
      metrics_(metrics),
      logger_(logger),
      addresses_(options_.accept.max_connections_per_address) {
  const unsigned cores = std::max(1U, std::thread::hardware_concurrency());
  const int threads = options_.threads > 0 ? options_.threads : static_cast<int>(cores);
  for (int i = 0; i < threads; ++i) {
    loops_.push_back(
        std::make_unique<IoLoop>(options_.limits, handler, clock, metrics, logger, options_.bursts,
                                 [this](const Peer& peer) { addresses_.Remove(peer.address); }));
  }
}

Server::~Server() {
  Stop();
  for (const int listener : listeners_) close(listener);
}

Result<std::uint16_t, ListenError> Server::Listen() {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const int lookup =
      getaddrinfo(options_.address.c_str(), std::to_string(options_.port).c_str(), &hints, &found);
  if (lookup != 0) {
    return ListenError{ListenError::Kind::kUnknownAddress,
                       "\"" + options_.address + "\": " + gai_strerror(lookup)};
  }
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> address(found, &freeaddrinfo);

  const int fd = socket(address->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  const int on = 1;
  if (fd >= 0) setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (fd < 0 || bind(fd, address->ai_addr, address->ai_addrlen) != 0 || listen(fd, kBacklog) != 0) {
    const int error = errno;
    if (fd >= 0) close(fd);
    return ListenError{
        error == EADDRINUSE ? ListenError::Kind::kAddressInUse : ListenError::Kind::kOther,
        "Cannot listen on " + UrlOf(options_, options_.port) + ": " +
            std::generic_category().message(error)};
  }
  listeners_.push_back(fd);
  const std::uint16_t port = BoundPort(fd);
  url_ = UrlOf(options_, port);
  return port;
}

void Server::Start() {
  std::vector<IoLoop*> loops;
  for (std::size_t i = 0; i < loops_.size(); ++i) {
    loops_[i]->Start(static_cast<int>(i));
    loops.push_back(loops_[i].get());
  }
  started_ = true;
  acceptor_ =
      std::make_unique<Acceptor>(std::exchange(listeners_, {}), StreamFactoryOf(options_.tls),
                                 options_.accept, std::move(loops), addresses_, metrics_, logger_);
  acceptor_->Start();
}

void Server::Watch(std::string_view name, Liveness* liveness) {
  for (std::size_t i = 0; i < loops_.size(); ++i) {
    liveness->Add(std::string(name) + "-" + std::to_string(i), kTurnLimit,
                  [loop = loops_[i].get()](Heartbeat& heartbeat) {
                    loop->Post([&heartbeat] { heartbeat.Beat(); });
                  });
  }
}

void Server::BeginClosing() {
  for (const auto& loop : loops_) loop->BeginClosing();
}

void Server::StopAccepting() {
  if (!acceptor_) return;
  acceptor_->Stop();
  for (const auto& loop : loops_) loop->BeginDrain();
}

bool Server::RequestsMayCome() const {
  return std::any_of(loops_.begin(), loops_.end(),
                     [](const auto& loop) { return loop->unfinished() != 0; });
}

std::size_t Server::connections() const {
  std::size_t open = 0;
  for (const auto& loop : loops_) open += loop->connections();
  return open;
}

void Server::Stop() {
  if (!started_) return;
  acceptor_->Stop();
  for (const auto& loop : loops_) loop->Stop();
  started_ = false;
}

}  // namespace gateway::http
