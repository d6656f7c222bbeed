#include "infra/os/service_manager.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

#include "support/cpp/fakes.h"

namespace gateway {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Variables = std::vector<std::string>;

// The socket of the manager, bound to `name`: a path, or @ and an abstract name.
class ManagerSocket final {
 public:
  explicit ManagerSocket(std::string name) : fd_(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    if (name.front() == '@') name.front() = '\0';
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::copy(name.begin(), name.end(), address.sun_path);
    const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
    if (bind(fd_, reinterpret_cast<const sockaddr*>(&address), length) != 0) {
      throw std::runtime_error("cannot bind");
    }
  }
  ~ManagerSocket() { close(fd_); }

  // The next message; "" if there is none.
  std::string Take() const {
    std::array<char, 4096> buffer{};
    const ssize_t size = recv(fd_, buffer.data(), buffer.size(), MSG_DONTWAIT);
    return size < 0 ? std::string() : std::string(buffer.data(), static_cast<std::size_t>(size));
  }

 private:
  const int fd_;
};

class ServiceManagerTest : public ::testing::Test {
 protected:
  ServiceManagerTest() { std::filesystem::remove(path); }
  ~ServiceManagerTest() override { std::filesystem::remove(path); }

  Variables With(const std::string& more) const { return {"NOTIFY_SOCKET=" + path, more}; }

  const std::string path =
      ::testing::TempDir() + ::testing::UnitTest::GetInstance()->current_test_info()->name();
  testing::FakeClock clock;
};

TEST_F(ServiceManagerTest, SendsEachStateWithASentence) {
  const ManagerSocket socket(path);
  ServiceManager manager(With(""), clock);
  EXPECT_TRUE(manager.present());
  manager.Ready("Listening.");
  EXPECT_EQ(socket.Take(), "READY=1\nSTATUS=Listening.");
  manager.Stopping("Draining.");
  EXPECT_EQ(socket.Take(), "STOPPING=1\nSTATUS=Draining.");
  EXPECT_EQ(socket.Take(), "");
}

TEST_F(ServiceManagerTest, SaysWhenAReloadBegan) {
  const ManagerSocket socket(path);
  ServiceManager manager(With(""), clock);
  manager.Reloading("Reading.");
  EXPECT_EQ(socket.Take(), "RELOADING=1\nMONOTONIC_USEC=3600000000\nSTATUS=Reading.");
  manager.Ready("Listening.");
  EXPECT_EQ(socket.Take(), "READY=1\nSTATUS=Listening.");
}

TEST_F(ServiceManagerTest, SendsOnlyChanges) {
  const ManagerSocket socket(path);
  ServiceManager manager(With(""), clock);
  manager.Ready("Listening.");
  manager.Ready("Listening.");
  socket.Take();
  EXPECT_EQ(socket.Take(), "");
  manager.Ready("Listening. No broker answers.");
  EXPECT_EQ(socket.Take(), "READY=1\nSTATUS=Listening. No broker answers.");
}

TEST_F(ServiceManagerTest, UsesAbstractNames) {
  const std::string name = "@kafka-gateway-test-" + std::to_string(getpid());
  const ManagerSocket socket(name);
  ServiceManager manager({"NOTIFY_SOCKET=" + name}, clock);
  manager.Ready("Listening.");
  EXPECT_EQ(socket.Take(), "READY=1\nSTATUS=Listening.");
}

TEST_F(ServiceManagerTest, DoesNothingWithoutAManager) {
  for (const std::string& variable :
       {std::string("OTHER=1"), std::string("NOTIFY_SOCKET="),
        std::string("NOTIFY_SOCKET=relative"), std::string("NOTIFY_SOCKET=vsock:2:1234"),
        "NOTIFY_SOCKET=/" + std::string(200, 'x')}) {
    ServiceManager manager({variable, "WATCHDOG_USEC=4000000"}, clock);
    EXPECT_FALSE(manager.present()) << variable;
    EXPECT_FALSE(manager.KeepAliveIsDue()) << variable;
    manager.Reloading("Reading.");
    manager.Ready("Listening.");
    manager.KeepAlive();
  }
}

TEST_F(ServiceManagerTest, RepeatsWhatTheManagerCouldNotTake) {
  ServiceManager manager(With(""), clock);
  manager.Ready("Listening.");  // nothing is bound yet
  const ManagerSocket socket(path);
  manager.Ready("Listening.");
  EXPECT_EQ(socket.Take(), "READY=1\nSTATUS=Listening.");
}

// The kernel queues few datagrams for a socket (net.unix.max_dgram_qlen), and a sender that may
// block waits for room.
TEST_F(ServiceManagerTest, DoesNotBlockWhenTheManagerDoesNotRead) {
  const ManagerSocket socket(path);
  ServiceManager manager(With(""), clock);
  for (int i = 0; i < 5'000; ++i) manager.Ready(std::to_string(i));
  while (!socket.Take().empty()) {
  }
  manager.Ready("last");
  EXPECT_EQ(socket.Take(), "READY=1\nSTATUS=last");
}

TEST_F(ServiceManagerTest, KeepsAliveFourTimesPerWatchdogInterval) {
  const ManagerSocket socket(path);
  ServiceManager manager(With("WATCHDOG_USEC=4000000"), clock);
  manager.KeepAlive();
  EXPECT_EQ(socket.Take(), "WATCHDOG=1");
  clock.Advance(milliseconds(999));
  EXPECT_FALSE(manager.KeepAliveIsDue());
  manager.KeepAlive();
  EXPECT_EQ(socket.Take(), "");
  clock.Advance(milliseconds(1));
  EXPECT_TRUE(manager.KeepAliveIsDue());
  manager.KeepAlive();
  EXPECT_EQ(socket.Take(), "WATCHDOG=1");
}

TEST_F(ServiceManagerTest, WakesTheMainThreadOftenEnough) {
  EXPECT_EQ(ServiceManager(With("WATCHDOG_USEC=30000000"), clock).PauseOf(seconds(1)), seconds(1));
  EXPECT_EQ(ServiceManager(With("WATCHDOG_USEC=400000"), clock).PauseOf(seconds(1)),
            milliseconds(100));
  EXPECT_EQ(ServiceManager(With("WATCHDOG_USEC=100"), clock).PauseOf(seconds(1)), milliseconds(1));
  EXPECT_EQ(ServiceManager(With(""), clock).PauseOf(seconds(1)), seconds(1));
}

TEST_F(ServiceManagerTest, IgnoresAWatchdogThatIsOffInvalidOrMeantForAnotherProcess) {
  const ManagerSocket socket(path);
  for (const std::string& watchdog :
       {std::string("WATCHDOG_USEC=0"), std::string("WATCHDOG_USEC=x"),
        std::string("WATCHDOG_USEC=-4"), std::string("OTHER=1")}) {
    EXPECT_FALSE(ServiceManager(With(watchdog), clock).KeepAliveIsDue()) << watchdog;
  }
  const auto of = [&](const std::string& pid) {
    return Variables{"NOTIFY_SOCKET=" + path, "WATCHDOG_USEC=4000000", "WATCHDOG_PID=" + pid};
  };
  EXPECT_FALSE(ServiceManager(of(std::to_string(getpid() + 1)), clock).KeepAliveIsDue());
  EXPECT_FALSE(ServiceManager(of("x"), clock).KeepAliveIsDue());
  EXPECT_TRUE(ServiceManager(of(std::to_string(getpid())), clock).KeepAliveIsDue());
}

}  // namespace
}  // namespace gateway
