// The access log (Logging:Access): one line for every answer, none, or, by default:
//  * answers of 400 or above and slow answers: all of them;
//  * refusals because a limit was reached, of which there may be very many: the first, and one in
//    Logging:AccessSample;
//  * answers of 401 beyond kUnauthorized: likewise;
//  * other answers: one in Logging:AccessSample, but none of routes that machines poll (health,
//    metrics).
// Any thread.
//
// Text from clients is cut to kMaxText bytes here; the logger escapes it. No line contains a query,
// body, key or header other than User-Agent.
#ifndef GATEWAY_API_PIPELINE_ACCESS_LOG_H_
#define GATEWAY_API_PIPELINE_ACCESS_LOG_H_

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "service/limits/token_bucket.h"
#include "service/ports/clock.h"
#include "service/ports/logger.h"
#include "service/tracing/trace_context.h"

namespace gateway {

struct AccessLogOptions {
  enum class Mode : std::uint8_t { kProblems, kAll, kOff };
  Mode mode = Mode::kProblems;   // Logging:Access
  std::uint64_t sample = 1'000;  // Logging:AccessSample; 0: nothing is sampled
  std::chrono::milliseconds slow{
      1'000};  // Logging:SlowRequestMs: from this duration on an answer is slow
};

class AccessLog final {
 public:
  static constexpr std::size_t kMaxText = 512;
  // Lines about answers of 401: 10 per second, and 100 at once.
  static constexpr TokenBucket::Rate kUnauthorized{100, std::chrono::seconds(10)};

  // At most kMaxText bytes of text from a client, not cut within a character.
  static std::string_view Bounded(std::string_view text);

  struct Line {
    std::string_view request_id;
    const TraceContext* trace = nullptr;  // null: the request is not part of a trace
    std::string_view method;              // "" if no head could be parsed
    std::string_view route;               // template; "" if none matched
    std::string_view path;                // "" if none could be parsed
    std::string_view client;              // its address
    std::string_view proxy;  // the address of the trusted proxy; "": the client is the peer
    std::string_view user_agent;
    std::string_view principal;  // "": there is no access file, or the caller is not known
    std::string_view refusal;    // why its credentials were refused; "" if they were not
    int status = 0;              // 499: the client disconnected first
    std::string_view error_type;
    std::string_view topic;   // "" if there is none, or several
    std::size_t records = 0;  // of a request that sends records, once they are counted
    Clock::TimePoint ended{};
    std::chrono::nanoseconds duration{};
    std::size_t request_bytes = 0;  // of the body as it was sent, compressed if it was
    std::size_t response_bytes = 0;
    bool probe = false;  // Route::probe
  };

  AccessLog(Logger& logger, AccessLogOptions options) : logger_(logger), options_(options) {}

  void Write(const Line& line) const;

 private:
  // One cache line per counter: I/O threads count without contention.
  struct alignas(64) Counter {
    std::atomic<std::uint64_t> answered{0};
    std::atomic<std::uint64_t> at_limit{0};
    std::atomic<std::uint64_t> unauthorized{0};
  };

  bool Slow(const Line& line) const { return line.duration >= options_.slow; }
  bool Wanted(const Line& line) const;
  bool Sampled(std::atomic<std::uint64_t> Counter::*kind) const;

  Logger& logger_;
  const AccessLogOptions options_;
  mutable std::array<Counter, 8> counters_;
  mutable TokenBucket unauthorized_;
};

}  // namespace gateway

#endif  // GATEWAY_API_PIPELINE_ACCESS_LOG_H_
