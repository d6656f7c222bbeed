#include "api/pipeline/access_log.h"

#include "api/problem/problem.h"

namespace gateway {
namespace {

using Value = decltype(LogField::value);

const Value kNone = std::monostate();

constexpr int kClientClosedRequest = 499;

Value BoundedOrNone(std::string_view text) { return TextOrNone(AccessLog::Bounded(text)); }

Value CountOrNone(std::size_t count) {
  if (count == 0) return std::monostate();
  return static_cast<std::int64_t>(count);
}

std::string_view MessageFor(int status, bool slow, bool probe) {
  if (probe && status >= 500) return "A health check failed.";
  if (status == kClientClosedRequest) return "The client disconnected before its answer.";
  if (status >= 500) return "A request failed.";
  if (status >= 400) return "A request was refused.";
  return slow ? "A request was answered slowly." : "A request was answered.";
}

// Microseconds are exact enough, and shorter than all digits of a double.
double MillisOf(std::chrono::nanoseconds duration) {
  const std::int64_t micros = duration.count() / 1'000;
  return static_cast<double>(micros) / 1'000.0;
}

bool AtLimit(const AccessLog::Line& line) {
  const auto is = [&line](ProblemType type) {
    return line.status == InfoOf(type).status && line.error_type == InfoOf(type).code;
  };
  return is(ProblemType::kOverloaded) || is(ProblemType::kRateLimited);
}

std::size_t ThisThread() {
  static std::atomic<std::size_t> threads{0};
  thread_local const std::size_t index = threads.fetch_add(1, std::memory_order_relaxed);
  return index;
}

}  // namespace

std::string_view AccessLog::Bounded(std::string_view text) {
  if (text.size() <= kMaxText) return text;
  std::size_t end = kMaxText;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return text.substr(0, end);
}

bool AccessLog::Sampled(std::atomic<std::uint64_t> Counter::*kind) const {
  if (options_.sample == 0) return false;
  std::atomic<std::uint64_t>& counter = counters_[ThisThread() % counters_.size()].*kind;
  return counter.fetch_add(1, std::memory_order_relaxed) % options_.sample == 0;
}

bool AccessLog::Wanted(const Line& line) const {
  const bool problem = line.status >= 400;
  switch (options_.mode) {
    case AccessLogOptions::Mode::kOff:
      return false;
    case AccessLogOptions::Mode::kAll:
      return true;
    case AccessLogOptions::Mode::kProblems:
      break;
  }
  if (Slow(line) && (problem || !line.probe)) return true;
  if (AtLimit(line)) return Sampled(&Counter::at_limit);
  if (line.status == InfoOf(ProblemType::kUnauthorized).status) {
    return unauthorized_.Take(kUnauthorized, 1, line.ended).count() == 0 ||
           Sampled(&Counter::unauthorized);
  }
  return problem || (!line.probe && Sampled(&Counter::answered));
}

void AccessLog::Write(const Line& line) const {
  const bool slow = Slow(line);
  const LogLevel level = line.status >= 500 || slow ? LogLevel::kWarning : LogLevel::kInformation;
  if (!logger_.Enabled(level) || !Wanted(line)) return;
  const TraceContext* const trace = line.trace;
  // Names follow OpenTelemetry's conventions. The path has no query, which may contain a key.
  logger_.Log(level, "request", MessageFor(line.status, slow, line.probe),
              {{"request_id", line.request_id},
               {"trace_id", trace == nullptr ? kNone : Value(trace->trace_id())},
               {"span_id", trace == nullptr ? kNone : Value(trace->span_id())},
               {"trace_flags", trace == nullptr ? kNone : Value(trace->flags())},
               {"http.request.method", BoundedOrNone(line.method)},
               {"http.route", BoundedOrNone(line.route)},
               {"url.path", BoundedOrNone(line.path)},
               {"http.response.status_code", std::int64_t{line.status}},
               {"error.type", BoundedOrNone(line.error_type)},
               {"client.address", line.client},
               {"network.peer.address", TextOrNone(line.proxy)},
               {"user_agent.original", BoundedOrNone(line.user_agent)},
               {"enduser.id", BoundedOrNone(line.principal)},
               {"auth.refusal", BoundedOrNone(line.refusal)},
               {"messaging.destination.name", BoundedOrNone(line.topic)},
               {"messaging.batch.message_count", CountOrNone(line.records)},
               {"duration_ms", MillisOf(line.duration)},
               {"bytes_in", static_cast<std::int64_t>(line.request_bytes)},
               {"bytes_out", static_cast<std::int64_t>(line.response_bytes)}});
}

}  // namespace gateway
