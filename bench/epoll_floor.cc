// The floor that the HTTP edge is measured against: a bare epoll loop on each thread that reads
// whatever comes, takes every read for one request and answers it with one fixed text in one send.
// It parses nothing, limits nothing and times nothing out. Prints the port, then runs until it is
// killed.
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

void Loop(int listener) {
  const int epoll = epoll_create1(0);
  Add(epoll, listener);
  std::array<epoll_event, 256> events{};
  std::array<char, 65536> buffer{};
  while (true) {
    const int ready = epoll_wait(epoll, events.data(), static_cast<int>(events.size()), -1);
    for (int i = 0; i < ready; ++i) {
      const int fd = events[static_cast<std::size_t>(i)].data.fd;
      if (fd == listener) {
        const int client = accept(listener, nullptr, nullptr);
        const int on = 1;
        setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        Add(epoll, client);
      } else if (recv(fd, buffer.data(), buffer.size(), 0) <= 0 ||
                 send(fd, kAnswer.data(), kAnswer.size(), MSG_NOSIGNAL) <= 0) {
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
