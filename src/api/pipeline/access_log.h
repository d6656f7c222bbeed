// One line for each answer that is worth one (Logging:Access): all of them, or every answer of 400
// or more, slow ones and one in so many of the rest, or none. Unless it is all of them, routes that
// machines ask every few seconds (health, metrics) get a line only when they fail, and of the
// requests that were refused for want of room one in so many does too, the first among them: there
// may be as many as the processor can refuse, and it has better things to do. Any thread.
//
// What a client sent is cut to kMaxText bytes here; the logger escapes it. Nothing of a query, a
// body, a key or a header other than User-Agent is in a line.
#ifndef GATEWAY_API_PIPELINE_ACCESS_LOG_H_
#define GATEWAY_API_PIPELINE_ACCESS_LOG_H_

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "service/ports/logger.h"
#include "service/tracing/trace_context.h"

namespace gateway {

struct AccessLogOptions {
  enum class Mode : std::uint8_t { kProblems, kAll, kOff };
  Mode mode = Mode::kProblems;            // Logging:Access
  std::uint64_t sample = 1'000;           // Logging:AccessSample; 0: none of the rest
  std::chrono::milliseconds slow{1'000};  // Logging:SlowRequestMs: what counts as slow
};

class AccessLog final {
 public:
  static constexpr std::size_t kMaxText = 512;

  // At most kMaxText bytes of what a client chose, not cut within a character.
  static std::string_view Bounded(std::string_view text);

  struct Line {
    std::string_view request_id;
    const TraceContext* trace = nullptr;  // null: the request is part of no trace
    std::string_view method;              // "" if not even a head was understood
    std::string_view route;               // template; "" if none matched
    std::string_view path;                // "" if none was understood
    std::string_view peer;
    std::string_view user_agent;
    int status = 0;  // 499: the client went away first
    std::string_view error_type;
    std::string_view topic;   // "" if there is none, or several
    std::size_t records = 0;  // of a request that sends records, once they are counted
    std::chrono::nanoseconds duration{};
    std::size_t request_bytes = 0;  // of the body as it was sent, compressed if it was
    std::size_t response_bytes = 0;
    bool probe = false;  // Route::probe
  };

  AccessLog(Logger& logger, AccessLogOptions options) : logger_(logger), options_(options) {}

  void Write(const Line& line) const;

 private:
  // Each on a cache line of its own: I/O threads count without touching each other's.
  struct alignas(64) Counter {
    std::atomic<std::uint64_t> answered{0};
    std::atomic<std::uint64_t> overloaded{0};
  };

  bool Slow(const Line& line) const { return line.duration >= options_.slow; }
  bool Wanted(const Line& line) const;
  bool Sampled(std::atomic<std::uint64_t> Counter::*kind) const;

  Logger& logger_;
  const AccessLogOptions options_;
  mutable std::array<Counter, 8> counters_;
};

}  // namespace gateway

#endif  // GATEWAY_API_PIPELINE_ACCESS_LOG_H_
