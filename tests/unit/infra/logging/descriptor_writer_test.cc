#include "infra/logging/descriptor_writer.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <cstdio>
#include <string>
#include <thread>

namespace gateway {
namespace {

class Pipe {
 public:
  Pipe() { EXPECT_EQ(pipe2(ends_, O_CLOEXEC), 0); }
  ~Pipe() {
    CloseRead();
    CloseWrite();
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  int write_end() const { return ends_[1]; }
  void CloseRead() { Close(&ends_[0]); }
  void CloseWrite() { Close(&ends_[1]); }
  std::string ReadAll() const {
    std::string all;
    char buffer[4096];
    for (ssize_t n = 0; (n = read(ends_[0], buffer, sizeof buffer)) > 0;) {
      all.append(buffer, static_cast<std::size_t>(n));
    }
    return all;
  }

 private:
  static void Close(int* descriptor) {
    if (*descriptor >= 0) close(*descriptor);
    *descriptor = -1;
  }
  int ends_[2] = {-1, -1};
};

TEST(DescriptorWriter, WritesAllOfALongTextToASlowReader) {
  std::string text;
  for (int i = 0; i < 50'000; ++i) text += std::to_string(i) + "\n";  // more than fits into a pipe
  Pipe pipe;
  DescriptorWriter writer(pipe.write_end());
  std::thread thread([&] {
    EXPECT_TRUE(writer.Write(text));
    pipe.CloseWrite();
  });
  EXPECT_EQ(pipe.ReadAll(), text);
  thread.join();
}

TEST(DescriptorWriter, WritesToAFileInOneGo) {
  FILE* const file = tmpfile();
  ASSERT_NE(file, nullptr);
  DescriptorWriter writer(fileno(file));
  EXPECT_TRUE(writer.Write(std::string(100'000, 'x')));
  EXPECT_EQ(lseek(fileno(file), 0, SEEK_END), 100'000);
  fclose(file);
}

TEST(DescriptorWriter, GivesUpOnAStuckReaderWhenAbandoned) {
  Pipe pipe;
  DescriptorWriter writer(pipe.write_end());
  std::thread thread([&writer] { EXPECT_FALSE(writer.Write(std::string(1'000'000, 'x'))); });
  writer.Abandon();
  thread.join();
}

TEST(DescriptorWriter, ReportsAReaderThatIsGone) {
  sigset_t pipe_signal;
  sigemptyset(&pipe_signal);
  sigaddset(&pipe_signal, SIGPIPE);
  std::thread([&pipe_signal] {  // a thread, so that the pending signal ends with it
    pthread_sigmask(SIG_BLOCK, &pipe_signal, nullptr);
    Pipe pipe;
    pipe.CloseRead();
    DescriptorWriter writer(pipe.write_end());
    EXPECT_FALSE(writer.Write("x"));
  })
      .join();
}

}  // namespace
}  // namespace gateway
