#include "infra/os/service_manager.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "infra/config/sources/text_sources.h"

namespace gateway {
namespace {

using std::chrono::duration_cast;
using std::chrono::microseconds;
using std::chrono::milliseconds;

// A path, or a name with @ in place of the zero of an abstract one. Empty for anything else, such
// as "vsock:…" of virtual machines.
std::string AddressOf(std::string name) {
  if (name.size() >= sizeof(sockaddr_un::sun_path)) return {};
  if (name.starts_with('@')) name.front() = '\0';
  return name.starts_with('/') || name.starts_with('\0') ? name : std::string();
}

std::optional<std::int64_t> NumberOf(const std::string& text) {
  std::int64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [last, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || last != end) return std::nullopt;
  return number;
}

// WATCHDOG_USEC, unless it is meant for another process that this one was started by.
microseconds WatchdogOf(const std::vector<std::string>& environment) {
  const std::string pid = config::Variable(environment, "WATCHDOG_PID");
  if (!pid.empty() && NumberOf(pid) != std::int64_t{getpid()}) return {};
  return microseconds(NumberOf(config::Variable(environment, "WATCHDOG_USEC")).value_or(0));
}

}  // namespace

ServiceManager::ServiceManager(const std::vector<std::string>& environment, const Clock& clock)
    : clock_(clock), address_(AddressOf(config::Variable(environment, "NOTIFY_SOCKET"))) {
  if (address_.empty()) return;
  fd_ = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (present()) pause_ = std::max(microseconds(0), WatchdogOf(environment) / 4);
}

ServiceManager::~ServiceManager() {
  if (present()) close(fd_);
}

void ServiceManager::Ready(std::string_view status) { SendState("READY=1", status); }

void ServiceManager::Reloading(std::string_view status) {
  if (!present()) return;
  const auto now = duration_cast<microseconds>(clock_.Now().time_since_epoch());
  SendState("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(now.count()), status);
}

void ServiceManager::Stopping(std::string_view status) { SendState("STOPPING=1", status); }

bool ServiceManager::KeepAliveIsDue() const {
  return pause_ > microseconds(0) && clock_.Now() - kept_alive_ >= pause_;
}

void ServiceManager::KeepAlive() {
  if (!KeepAliveIsDue()) return;
  if (Send("WATCHDOG=1")) kept_alive_ = clock_.Now();
}

milliseconds ServiceManager::PauseOf(milliseconds longest) const {
  if (pause_ <= microseconds(0)) return longest;
  return std::clamp(duration_cast<milliseconds>(pause_), milliseconds(1), longest);
}

void ServiceManager::SendState(std::string state, std::string_view status) {
  if (!present()) return;
  state.append("\nSTATUS=").append(status);
  if (state != state_ && Send(state)) state_ = std::move(state);
}

// The address is looked up each time, because a manager that is updated makes a new socket.
bool ServiceManager::Send(std::string_view message) const {
  sockaddr_un to{};
  to.sun_family = AF_UNIX;
  std::copy(address_.begin(), address_.end(), to.sun_path);
  const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + address_.size());
  return sendto(fd_, message.data(), message.size(), MSG_NOSIGNAL | MSG_DONTWAIT,
                reinterpret_cast<const sockaddr*>(&to), length) >= 0;  // NOLINT
}

}  // namespace gateway
