#include "infra/logging/async_logger.h"

#include <pthread.h>

#include <csignal>
#include <utility>

#include "infra/logging/log_line.h"

namespace gateway {
namespace {

using SteadyClock = std::chrono::steady_clock;

// Space reserved for critical lines, so that they are not lost in a flood of others.
constexpr std::size_t kCriticalReserve = std::size_t{64} * 1024;

// A thread keeps its formatting buffer, unless a line was huge.
constexpr std::size_t kMaxKeptBytes = std::size_t{64} * 1024;

// How long the log thread waits for more lines after it has written some. Waking a thread costs the
// caller about 10 us: a single line pays for that, the lines of a busy server do not.
constexpr std::chrono::milliseconds kGather(10);

// Other threads handle signals, and SIGPIPE must not end the process when the log has no reader.
void BlockAllSignals() {
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, nullptr);
}

}  // namespace

AsyncLogger::AsyncLogger(const Clock& clock, LoggerOptions options)
    : clock_(clock),
      format_(options.format),
      constant_fields_(std::move(options.constant_fields)),
      max_queue_bytes_(options.max_queue_bytes),
      critical_wait_(options.critical_wait),
      shutdown_wait_(options.shutdown_wait),
      level_(options.level),
      writer_(options.sink ? nullptr : std::make_unique<DescriptorWriter>(options.descriptor)),
      sink_(options.sink ? std::move(options.sink)
                         : [this](std::string_view lines) { return writer_->Write(lines); }) {
  queue_.reserve(max_queue_bytes_ + kCriticalReserve);  // only address space until it is used
  thread_ = std::thread([this] { Run(); });
}

AsyncLogger::~AsyncLogger() {
  {
    const MutexLock lock(mutex_);
    stop_ = true;
    work_.NotifyOne();
    const auto until = SteadyClock::now() + shutdown_wait_;
    while (!ended_ && done_.WaitUntil(mutex_, until)) {
    }
    if (!ended_ && writer_) writer_->Abandon();
  }
  thread_.join();
}

void AsyncLogger::AppendLine(const LogLine& line, std::string* out) const {
  if (format_ == LogFormat::kJson) {
    AppendJsonLine(line, out);
  } else {
    AppendTextLine(line, out);
  }
}

void AsyncLogger::Log(LogLevel level, std::string_view event, std::string_view message,
                      std::initializer_list<LogField> fields) {
  if (!Enabled(level)) return;
  thread_local std::string buffer;
  buffer.clear();
  AppendLine({clock_.UnixMillis(), level, event, message, fields, constant_fields_}, &buffer);
  const bool critical = level == LogLevel::kCritical;
  if (!Enqueue(buffer, critical)) dropped_.fetch_add(1, std::memory_order_relaxed);
  if (buffer.capacity() > kMaxKeptBytes) std::string().swap(buffer);
  if (critical) Flush(critical_wait_);
}

bool AsyncLogger::Enqueue(std::string_view line, bool critical) {
  const std::size_t limit = max_queue_bytes_ + (critical ? kCriticalReserve : 0);
  bool wake = false;
  {
    const MutexLock lock(mutex_);
    if (queue_.size() + line.size() > limit) return false;
    queue_.append(line);
    ++queued_lines_;
    wake = std::exchange(writer_idle_, false);
  }
  if (wake) work_.NotifyOne();
  return true;
}

bool AsyncLogger::Flush(std::chrono::milliseconds timeout) {
  const MutexLock lock(mutex_);
  const std::uint64_t target = queued_lines_;
  if (finished_lines_ < target) {
    urgent_ = true;
    work_.NotifyOne();
  }
  const auto until = SteadyClock::now() + timeout;
  while (finished_lines_ < target && done_.WaitUntil(mutex_, until)) {
  }
  return finished_lines_ >= target;
}

// Reports dropped lines in the log itself.
void AsyncLogger::AppendDropNotice(std::uint64_t* noticed, std::string* out) const {
  const std::uint64_t dropped = this->dropped();
  if (dropped == *noticed) return;
  const auto count = static_cast<std::int64_t>(dropped - *noticed);
  *noticed = dropped;
  AppendLine({clock_.UnixMillis(),
              LogLevel::kWarning,
              "log-lines-dropped",
              "Lines were lost here because the log is read too slowly.",
              {{"count", count}},
              constant_fields_},
             out);
}

void AsyncLogger::Run() {
  pthread_setname_np(pthread_self(), "log");
  BlockAllSignals();
  std::uint64_t noticed_drops = 0;
  std::string lines;
  lines.reserve(max_queue_bytes_ + kCriticalReserve);
  MutexLock lock(mutex_);
  while (true) {
    while (queue_.empty() && !stop_) {
      writer_idle_ = true;
      work_.Wait(mutex_);
    }
    if (queue_.empty()) break;
    lines.clear();
    lines.swap(queue_);
    const std::uint64_t taken = queued_lines_;
    lock.Unlock();
    AppendDropNotice(&noticed_drops, &lines);
    const bool written = sink_(lines);
    lock.Lock();
    if (!written) dropped_.fetch_add(taken - finished_lines_, std::memory_order_relaxed);
    finished_lines_ = taken;
    done_.NotifyAll();
    const auto until = SteadyClock::now() + kGather;
    while (!urgent_ && !stop_ && work_.WaitUntil(mutex_, until)) {
    }
    urgent_ = false;
  }
  ended_ = true;
  done_.NotifyAll();
}

}  // namespace gateway
