#include "infra/tracing/otlp/sdk_log.h"

#include <opentelemetry/sdk/common/global_log_handler.h>

#include <cstdint>
#include <string_view>
#include <variant>

#include "infra/logging/repeat_filter.h"
#include "service/types/mutex.h"

namespace gateway::otlp {
namespace {

namespace sdk = opentelemetry::sdk::common;

class Handler final : public sdk::internal_log::LogHandler {
 public:
  Handler(Logger& logger, const Clock& clock)
      : repeats_(clock, [&logger](const auto& message, std::int64_t repeated) {
          decltype(LogField::value) count = std::monostate();
          if (repeated > 0) count = repeated;
          logger.Log(message.level, "tracing-problem", message.text, {{"repeated", count}});
        }) {}

  void Close() {
    const MutexLock lock(mutex_);
    repeats_.Flush();
    closed_ = true;
  }

  void Handle(sdk::internal_log::LogLevel /*level*/, const char* /*file*/, int /*line*/,
              const char* message, const sdk::AttributeMap& /*attributes*/) noexcept override {
    const MutexLock lock(mutex_);
    // All messages are of one kind, because each failed batch causes several different ones.
    if (!closed_) repeats_.Add("", {LogLevel::kWarning, "", message == nullptr ? "" : message});
  }

 private:
  Mutex mutex_;
  RepeatFilter repeats_ GUARDED_BY(mutex_);
  bool closed_ GUARDED_BY(mutex_) = false;
};

}  // namespace

void LogThrough(Logger& logger, const Clock& clock) {
  using sdk::internal_log::GlobalLogHandler;
  GlobalLogHandler::SetLogHandler(
      opentelemetry::nostd::shared_ptr<sdk::internal_log::LogHandler>(new Handler(logger, clock)));
  GlobalLogHandler::SetLogLevel(sdk::internal_log::LogLevel::Warning);
}

void StopLogging() {
  const auto handler = sdk::internal_log::GlobalLogHandler::GetLogHandler();
  if (auto* const ours = dynamic_cast<Handler*>(handler.get())) ours->Close();
}

}  // namespace gateway::otlp
