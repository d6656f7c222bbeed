#include "access_log.h"

namespace gateway {

bool AccessLog::Wanted(const Line& line) const {
  switch (options_.mode) {
    case AccessLogOptions::Mode::kOff:
      return false;
    case AccessLogOptions::Mode::kAll:
      return true;
    case AccessLogOptions::Mode::kProblems:
      break;
  }
  if (line.status >= 400 || line.duration >= options_.slow) return true;
  return options_.sample != 0 &&
         count_.fetch_add(1, std::memory_order_relaxed) % options_.sample == 0;
}

void AccessLog::Write(const Line& line) const {
  const LogLevel level = line.status >= 500 ? LogLevel::kWarning : LogLevel::kInformation;
  if (!logger_.Enabled(level) || !Wanted(line)) return;
  const double ms = std::chrono::duration<double, std::milli>(line.duration).count();
  // Names of OpenTelemetry's HTTP conventions. The path without its query: a query may hold a key.
  logger_.Log(level, "request", "A request was answered.",
              {{"request_id", line.request_id},
               {"http.request.method", line.method},
               {"http.route", line.route},
               {"url.path", line.path},
               {"http.response.status_code", std::int64_t{line.status}},
               {"client.address", line.peer},
               {"duration_ms", ms},
               {"bytes_in", static_cast<std::int64_t>(line.request_bytes)},
               {"bytes_out", static_cast<std::int64_t>(line.response_bytes)}});
}

}  // namespace gateway
