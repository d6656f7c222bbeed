// The floor of the HTTP edge: on each thread a bare epoll loop that reads a request to its end by
// its Content-Length and answers it with one fixed text in one send. It has no checks, limits or
// timeouts: each head must arrive in one read, and the next request only after the answer, which is
// true of the load generator and wrk. Prints the port, then runs until it is killed.
//
//   epoll_floor [THREADS]
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <thread>
#include <vector>

namespace {

constexpr std::string_view kAnswer =
    "HTTP/1.1 200 OK\r\nDate: Thu, 01 Jan 2026 00:00:00 GMT\r\nContent-Type: application/json\r\n"
    "Content-Length: 20\r\n\r\n{\"status\":\"Success\"}";

int Listen(std::uint16_t port) {
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  const int on = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  if (bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||  // NOLINT
      listen(fd, 1024) != 0) {
    std::perror("epoll_floor");
    std::exit(1);
  }
  return fd;
}

void Add(int epoll, int fd) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = fd;
  epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
}

// The number of bytes still missing of the request that begins here.
std::size_t BytesToCome(std::string_view data) {
  constexpr std::string_view kLength = "\r\nContent-Length: ";
  const std::size_t end = data.find("\r\n\r\n");
  const std::size_t length = data.substr(0, end).find(kLength);
  if (end == std::string_view::npos || length == std::string_view::npos) return 0;
  const std::size_t total =
      end + 4 + std::strtoull(data.data() + length + kLength.size(), nullptr, 10);
  return total > data.size() ? total - data.size() : 0;
}

// False if the connection has ended. `to_come` belongs to the connection.
bool Serve(int fd, std::vector<char>& buffer, std::size_t& to_come) {
  const ssize_t got = recv(fd, buffer.data(), buffer.size(), 0);
  if (got <= 0) return false;
  const auto size = static_cast<std::size_t>(got);
  to_come = to_come > 0 ? to_come - std::min(to_come, size) : BytesToCome({buffer.data(), size});
  return to_come > 0 || send(fd, kAnswer.data(), kAnswer.size(), MSG_NOSIGNAL) > 0;
}

void Loop(int listener) {
  const int epoll = epoll_create1(0);
  Add(epoll, listener);
  std::array<epoll_event, 256> events{};
  std::vector<char> buffer(262144);
  std::vector<std::size_t> to_come;
  while (true) {
    const int ready = epoll_wait(epoll, events.data(), static_cast<int>(events.size()), -1);
    for (int i = 0; i < ready; ++i) {
      const int fd = events[static_cast<std::size_t>(i)].data.fd;
      if (fd == listener) {
        const int client = accept(listener, nullptr, nullptr);
        if (client < 0) continue;
        const int on = 1;
        setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        const auto index = static_cast<std::size_t>(client);
        if (to_come.size() <= index) to_come.resize(index + 1);
        to_come[index] = 0;
        Add(epoll, client);
      } else if (!Serve(fd, buffer, to_come[static_cast<std::size_t>(fd)])) {
        close(fd);
      }
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  const int threads = argc > 1 ? std::atoi(argv[1]) : 2;
  const int first = Listen(0);
  sockaddr_in address{};
  socklen_t length = sizeof address;
  getsockname(first, reinterpret_cast<sockaddr*>(&address), &length);  // NOLINT
  const std::uint16_t port = ntohs(address.sin_port);
  std::printf("%d\n", port);
  std::fflush(stdout);
  std::vector<std::thread> loops;
  for (int i = 1; i < threads; ++i) loops.emplace_back(Loop, Listen(port));
  Loop(first);
}
