// Simulates a network between a client and its servers on one machine: data that arrives at a port
// leaves for its target a fixed time later, and so do the answers. The rate has no limit, so this
// simulates only the round trip of a network. Bytes keep their order; the relay passes on the end
// of a direction, or a reset, after all data sent before it. Connecting is not delayed.
//
//   relay --delay MS_ONE_WAY --routes LISTEN:TARGET[,LISTEN:TARGET…]
//
// Ports are those of 127.0.0.1; if LISTEN is 0, the system chooses one. Prints the ports on which
// it listens in one line, then relays until it is killed. Each line of standard input sets a new
// delay, which does not make data that is under way arrive earlier.
//
// One thread, with real-time priority if the system allows it: a network does not wait for a core.
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <deque>
#include <memory>
#include <sstream>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "load/flags.h"
#include "load/measurement.h"

namespace gateway::bench {
namespace {

constexpr std::size_t kReadBytes = std::size_t{256} << 10;
// If a receiver does not read, about so many bytes wait here at most; then the sender has to wait,
// as for a receive window. Bytes that are under way on the network do not count.
constexpr std::size_t kMostOverdueBytes = std::size_t{16} << 20;

sockaddr_in Loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

int NewSocket() {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return fd;
}

// Data that one end has sent and the other has not received yet, in order.
struct Parcel {
  enum class Kind { kData, kEnd, kReset };
  std::uint64_t due = 0;
  Kind kind = Kind::kData;
  std::string data;
};

struct Direction {
  std::deque<Parcel> parcels;
  std::size_t sent = 0;   // of the first one
  std::size_t bytes = 0;  // of all of them
  bool blocked = false;   // the receiver takes no more at present
};

struct End {
  int fd = -1;
  bool reading = true;  // it has not sent its FIN
  bool writing = true;  // no FIN was sent to it
  std::uint32_t watched = 0;
};

// A client's connection and the one to its target. `directions[i]` has the data that `ends[i]`
// sent.
struct Link {
  std::array<End, 2> ends;
  std::array<Direction, 2> directions;
};

class Relay final {
 public:
  Relay() : epoll_(epoll_create1(EPOLL_CLOEXEC)), buffer_(kReadBytes) {}

  void SetDelay(double milliseconds) { delay_ = static_cast<std::uint64_t>(milliseconds * 1e6); }

  // The port; 0 if it is not available.
  std::uint16_t Listen(std::uint16_t port, std::uint16_t target) {
    const int fd = NewSocket();
    const int on = 1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    sockaddr_in address = Loopback(port);
    socklen_t size = sizeof address;
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    if (bind(fd, generic, size) != 0 || listen(fd, 4096) != 0) return 0;
    getsockname(fd, generic, &size);
    targets_[fd] = target;
    Watch(fd, EPOLL_CTL_ADD, EPOLLIN);
    return ntohs(address.sin_port);
  }

  [[noreturn]] void Run() {
    Watch(STDIN_FILENO, EPOLL_CTL_ADD, EPOLLIN);  // fails for a file, which gets no new lines
    std::array<epoll_event, 64> events{};
    while (true) {
      const int ready = Wait(events);
      for (int i = 0; i < ready; ++i) {
        const epoll_event& event = events[static_cast<std::size_t>(i)];
        OnEvent(event.data.fd, event.events);
      }
      const std::uint64_t now = Now();
      while (!due_.empty() && due_.front().at <= now) {
        const Due due = std::move(due_.front());
        due_.pop_front();
        Deliver(due.link, due.from, now);
      }
    }
  }

 private:
  using LinkPtr = std::shared_ptr<Link>;
  struct Due {
    std::uint64_t at;
    LinkPtr link;
    std::size_t from;
  };

  void Watch(int fd, int operation, std::uint32_t events) const {
    epoll_event event{};
    event.events = events;
    event.data.fd = fd;
    epoll_ctl(epoll_, operation, fd, &event);
  }

  int Wait(std::array<epoll_event, 64>& events) const {
    timespec timeout{};
    if (!due_.empty()) {
      const std::uint64_t now = Now();
      const std::uint64_t wait = due_.front().at > now ? due_.front().at - now : 0;
      timeout.tv_sec = static_cast<time_t>(wait / 1'000'000'000U);
      timeout.tv_nsec = static_cast<decltype(timeout.tv_nsec)>(wait % 1'000'000'000U);
    }
    return epoll_pwait2(epoll_, events.data(), static_cast<int>(events.size()),
                        due_.empty() ? nullptr : &timeout, nullptr);
  }

  // Only a hint: the descriptor may have been closed and reused by now.
  void OnEvent(int fd, std::uint32_t events) {
    if (fd == STDIN_FILENO) return ReadDelay();
    if (const auto target = targets_.find(fd); target != targets_.end()) {
      return Accept(fd, target->second);
    }
    const auto found = ends_.find(fd);
    if (found == ends_.end()) return;
    const auto [link, side] = found->second;
    const bool failed = (events & (EPOLLERR | EPOLLHUP)) != 0;
    if (failed && (link->ends[side].watched & EPOLLIN) == 0) return Reset(link, side);
    if ((events & EPOLLOUT) != 0) Deliver(link, 1 - side, Now());
    if (failed || (events & EPOLLIN) != 0) Read(link, side);
  }

  void ReadDelay() {
    std::array<char, 64> text{};
    const ssize_t size = read(STDIN_FILENO, text.data(), text.size() - 1);
    if (size <= 0) return Watch(STDIN_FILENO, EPOLL_CTL_DEL, 0);
    SetDelay(std::max(0.0, std::strtod(text.data(), nullptr)));
  }

  void Accept(int listener, std::uint16_t target) {
    const int fd = accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) return;
    const int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    const LinkPtr link = std::make_shared<Link>();
    link->ends[0].fd = fd;
    link->ends[1].fd = NewSocket();
    const sockaddr_in address = Loopback(target);
    // The first event says whether it succeeds.
    (void)connect(link->ends[1].fd, reinterpret_cast<const sockaddr*>(&address), sizeof address);
    for (const std::size_t side : {0U, 1U}) {
      End& end = link->ends[side];
      ends_[end.fd] = {link, side};
      end.watched = EPOLLIN;
      Watch(end.fd, EPOLL_CTL_ADD, end.watched);
    }
  }

  void Read(const LinkPtr& link, std::size_t side) {
    End& end = link->ends[side];
    if (end.fd < 0 || !end.reading) return;
    const ssize_t size = recv(end.fd, buffer_.data(), buffer_.size(), 0);
    if (size > 0) {
      Send(link, side, Parcel::Kind::kData, {buffer_.data(), static_cast<std::size_t>(size)});
    } else if (size == 0) {
      end.reading = false;
      Send(link, side, Parcel::Kind::kEnd);
      Settle(link, side);
    } else if (errno != EAGAIN && errno != EINTR) {
      Reset(link, side);
    }
  }

  // Queues data for the other end of `from`, after all earlier data even if the delay was reduced.
  void Send(const LinkPtr& link, std::size_t from, Parcel::Kind kind, std::string data = {}) {
    const std::uint64_t last = due_.empty() ? 0 : due_.back().at;
    const std::uint64_t at = std::max(Now() + delay_, last);
    link->directions[from].bytes += data.size();
    link->directions[from].parcels.push_back({at, kind, std::move(data)});
    due_.push_back({at, link, from});
  }

  void Deliver(const LinkPtr& link, std::size_t from, std::uint64_t now) {
    Direction& direction = link->directions[from];
    End& to = link->ends[1 - from];
    direction.blocked = false;
    while (!direction.parcels.empty() && direction.parcels.front().due <= now && to.fd >= 0) {
      const Parcel& parcel = direction.parcels.front();
      if (parcel.kind == Parcel::Kind::kReset) return Close(link, 1 - from, true);
      if (parcel.kind == Parcel::Kind::kEnd) {
        shutdown(to.fd, SHUT_WR);
        to.writing = false;
      } else if (!Write(to.fd, direction)) {
        if (errno != EAGAIN && errno != EINTR && errno != ENOTCONN) return Reset(link, 1 - from);
        direction.blocked = true;
        break;
      }
      direction.parcels.pop_front();
    }
    Settle(link, 1 - from);
    Settle(link, from);
  }

  // True if all of the first parcel was written; otherwise errno says why not.
  static bool Write(int fd, Direction& direction) {
    const std::string& data = direction.parcels.front().data;
    while (direction.sent < data.size()) {
      const ssize_t size =
          send(fd, data.data() + direction.sent, data.size() - direction.sent, MSG_NOSIGNAL);
      if (size < 0) return false;
      direction.sent += static_cast<std::size_t>(size);
      direction.bytes -= static_cast<std::size_t>(size);
    }
    direction.sent = 0;
    return true;
  }

  // The end has closed; the other end learns it after the delay, and after all earlier data.
  void Reset(const LinkPtr& link, std::size_t side) {
    if (link->ends[side].fd < 0) return;
    Close(link, side, true);
    Send(link, side, Parcel::Kind::kReset);
  }

  void Close(const LinkPtr& link, std::size_t side, bool reset) {
    End& end = link->ends[side];
    const linger abort{1, 0};
    if (reset) setsockopt(end.fd, SOL_SOCKET, SO_LINGER, &abort, sizeof abort);
    ends_.erase(end.fd);
    close(end.fd);
    end.fd = -1;
    link->directions[1 - side] = {};  // no end is left to receive it
  }

  // Closes an end that has finished, or watches it for the events that matter now.
  void Settle(const LinkPtr& link, std::size_t side) {
    End& end = link->ends[side];
    if (end.fd < 0) return;
    if (!end.reading && !end.writing) return Close(link, side, false);
    const Direction& sent = link->directions[side];
    const bool full = sent.blocked && sent.bytes > kMostOverdueBytes;
    const std::uint32_t wanted = (end.reading && !full ? EPOLLIN : 0U) |
                                 (link->directions[1 - side].blocked ? EPOLLOUT : 0U);
    if (wanted == end.watched) return;
    end.watched = wanted;
    Watch(end.fd, EPOLL_CTL_MOD, wanted);
  }

  const int epoll_;
  std::uint64_t delay_ = 0;  // nanoseconds
  std::vector<char> buffer_;
  std::unordered_map<int, std::uint16_t> targets_;  // of each listener
  std::unordered_map<int, std::pair<LinkPtr, std::size_t>> ends_;
  std::deque<Due> due_;  // of all links, in order of time, which is that of arrival
};

int Main(int argc, char** argv) {
  const Flags flags(argc, argv, {{"delay", "0"}, {"routes", ""}});
  rlimit files{};
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  prctl(PR_SET_TIMERSLACK, 1UL);
  const sched_param priority{1};
  if (sched_setscheduler(0, SCHED_FIFO, &priority) != 0) setpriority(PRIO_PROCESS, 0, -20);

  const auto relay = std::make_unique<Relay>();
  relay->SetDelay(flags.Number("delay"));
  std::istringstream routes(flags.Text("routes"));
  std::string ports;
  for (std::string route; std::getline(routes, route, ',');) {
    unsigned listen = 0;
    unsigned target = 0;
    if (std::sscanf(route.c_str(), "%u:%u", &listen, &target) != 2 || listen > 65535 ||
        target > 65535) {
      std::fprintf(stderr, "relay: no route: %s\n", route.c_str());
      return 64;
    }
    const std::uint16_t port =
        relay->Listen(static_cast<std::uint16_t>(listen), static_cast<std::uint16_t>(target));
    if (port == 0) {
      std::fprintf(stderr, "relay: cannot listen on port %u\n", listen);
      return 1;
    }
    ports.append(ports.empty() ? "" : " ").append(std::to_string(port));
  }
  std::puts(ports.c_str());
  std::fflush(stdout);
  relay->Run();
}

}  // namespace
}  // namespace gateway::bench

int main(int argc, char** argv) { return gateway::bench::Main(argc, argv); }
