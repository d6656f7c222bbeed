#include "infra/tracing/otlp/sdk_log.h"

#include <opentelemetry/sdk/common/global_log_handler.h>

#include <chrono>
#include <cstdint>
#include <mutex>
#include <string_view>
#include <variant>

namespace gateway::otlp {
namespace {

namespace sdk = opentelemetry::sdk::common;
using SteadyClock = std::chrono::steady_clock;

constexpr std::chrono::seconds kQuiet{60};

class Handler final : public sdk::internal_log::LogHandler {
 public:
  explicit Handler(Logger* logger) : logger_(logger) {}

  void Close() {
    const std::lock_guard lock(mutex_);
    if (left_out_ > 0) {
      logger_->Log(LogLevel::kWarning, "tracing-problem",
                   "Further problems like the last were left out.", {{"left_out", left_out_}});
    }
    logger_ = nullptr;
  }

  void Handle(sdk::internal_log::LogLevel /*level*/, const char* /*file*/, int /*line*/,
              const char* message, const sdk::AttributeMap& /*attributes*/) noexcept override {
    const std::lock_guard lock(mutex_);
    if (logger_ == nullptr) return;
    const auto now = SteadyClock::now();
    if (written_ != SteadyClock::time_point() && now - written_ < kQuiet) {
      ++left_out_;
      return;
    }
    written_ = now;
    decltype(LogField::value) left_out = std::monostate();
    if (left_out_ > 0) left_out = left_out_;
    left_out_ = 0;
    logger_->Log(LogLevel::kWarning, "tracing-problem",
                 message == nullptr ? std::string_view() : std::string_view(message),
                 {{"left_out", left_out}});
  }

 private:
  Logger* logger_;    // null: closed
  std::mutex mutex_;  // guards all members
  SteadyClock::time_point written_{};
  std::int64_t left_out_ = 0;
};

}  // namespace

void LogThrough(Logger* logger) {
  using sdk::internal_log::GlobalLogHandler;
  GlobalLogHandler::SetLogHandler(
      opentelemetry::nostd::shared_ptr<sdk::internal_log::LogHandler>(new Handler(logger)));
  GlobalLogHandler::SetLogLevel(sdk::internal_log::LogLevel::Warning);
}

void LogNoMore() {
  const auto handler = sdk::internal_log::GlobalLogHandler::GetLogHandler();
  if (auto* const ours = dynamic_cast<Handler*>(handler.get())) ours->Close();
}

}  // namespace gateway::otlp
