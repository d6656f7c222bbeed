#include "infra/os/signals.h"

#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <system_error>

namespace gateway {
namespace {

int BlockAndWatch() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGHUP);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  // A client that disconnects while the gateway writes must not end the process.
  std::signal(SIGPIPE, SIG_IGN);
  const int fd = signalfd(-1, &signals, SFD_CLOEXEC);
  if (fd < 0) throw std::system_error(errno, std::generic_category(), "signalfd");
  return fd;
}

}  // namespace

Signals::Signals() : fd_(BlockAndWatch()) {}

Signals::~Signals() { close(fd_); }

int Signals::WaitFor(std::chrono::milliseconds time) const {
  pollfd polled{fd_, POLLIN, 0};
  if (poll(&polled, 1, static_cast<int>(time.count())) <= 0) return 0;
  signalfd_siginfo info{};
  while (read(fd_, &info, sizeof info) < 0 && errno == EINTR) {
  }
  return static_cast<int>(info.ssi_signo);
}

}  // namespace gateway
