// The Logger port: lines go through a bounded queue to one thread ("log") that writes them to
// standard error. Gateway owns it and destroys it last. Any thread may call anything: callers
// format their lines themselves and share only a short critical section (a copy of the line), never
// a system call that can block.
//
// The queue is two buffers that swap, bounded in bytes: no line costs an allocation, a burst is one
// write, and memory stays bounded however long lines are. (spdlog 1.10's queue is bounded in lines
// only; it drops the oldest line, writes each separately, and its destructor waits without limit
// for a stuck reader.)
#ifndef GATEWAY_INFRA_LOGGING_ASYNC_LOGGER_H_
#define GATEWAY_INFRA_LOGGING_ASYNC_LOGGER_H_

#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

#include "infra/config/settings.h"
#include "infra/logging/descriptor_writer.h"
#include "service/ports/clock.h"
#include "service/ports/logger.h"
#include "service/types/mutex.h"

namespace gateway {

struct LogLine;

struct LoggerOptions {
  LogLevel level = LogLevel::kInformation;  // lines below it are not written
  LogFormat format = LogFormat::kJson;
  std::string constant_fields;  // of JSON lines: see MakeConstantFields

  // Capacity of the queue; a line that does not fit is dropped and counted. Another buffer of this
  // size is being written at the same time.
  std::size_t max_queue_bytes = std::size_t{4} * 1024 * 1024;

  // How long a critical line blocks its caller until it is written, because the process may be
  // about to end.
  std::chrono::milliseconds critical_wait{200};

  // How long the destructor waits for a stuck reader before it drops the rest.
  std::chrono::milliseconds shutdown_wait{2000};

  // The descriptor to write to if there is no sink; it is not closed.
  int descriptor = STDERR_FILENO;

  // For tests: receives one or more whole lines at a time, on the log thread. Returns false if they
  // were lost.
  std::function<bool(std::string_view lines)> sink;
};

class AsyncLogger final : public Logger {
 public:
  // `clock` must outlive the logger.
  AsyncLogger(const Clock& clock, LoggerOptions options);
  // Writes what is queued, within shutdown_wait. No other thread may be logging any more.
  ~AsyncLogger() override;
  AsyncLogger(const AsyncLogger&) = delete;
  AsyncLogger& operator=(const AsyncLogger&) = delete;

  bool Enabled(LogLevel level) const override { return level >= level_; }
  void Log(LogLevel level, std::string_view event, std::string_view message,
           std::initializer_list<LogField> fields = {}) override;

  // Waits until every line logged before the call is written; false if that takes longer.
  bool Flush(std::chrono::milliseconds timeout);

  // Lines lost since the start: the queue was full, or the reader was gone.
  std::uint64_t dropped() const { return dropped_.load(std::memory_order_relaxed); }

 private:
  void Run();
  void AppendLine(const LogLine& line, std::string* out) const;
  void AppendDropNotice(std::uint64_t* noticed, std::string* out) const;
  // false: no room.
  bool Enqueue(std::string_view line, bool critical);

  const Clock& clock_;
  const LogFormat format_;
  const std::string constant_fields_;
  const std::size_t max_queue_bytes_;
  const std::chrono::milliseconds critical_wait_;
  const std::chrono::milliseconds shutdown_wait_;
  const LogLevel level_;
  const std::unique_ptr<DescriptorWriter> writer_;  // null if the sink was given
  const std::function<bool(std::string_view)> sink_;
  std::atomic<std::uint64_t> dropped_{0};

  Mutex mutex_;
  CondVar work_;  // lines are queued, or stop
  CondVar done_;  // lines were written, or the log thread has ended
  std::string queue_ GUARDED_BY(mutex_);
  std::uint64_t queued_lines_ GUARDED_BY(mutex_) = 0;    // since the start
  std::uint64_t finished_lines_ GUARDED_BY(mutex_) = 0;  // of these: written or dropped
  bool writer_idle_ GUARDED_BY(mutex_) = false;
  bool urgent_ GUARDED_BY(mutex_) = false;  // a caller waits until the queue is written
  bool stop_ GUARDED_BY(mutex_) = false;
  bool ended_ GUARDED_BY(mutex_) = false;

  std::thread thread_;  // last: it uses everything above
};

}  // namespace gateway

#endif  // GATEWAY_INFRA_LOGGING_ASYNC_LOGGER_H_
