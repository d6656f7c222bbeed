// librdkafka's log lines and error events as lines of the gateway's log (event "librdkafka").
// librdkafka repeats itself at every attempt to connect: among lines that differ only in numbers
// the first is written, and those of the following minute are counted. The next one, or a separate
// line if none follows, has their number ("repeated"). At debug level every line is written as
// well. Called from the one thread that polls; not thread-safe.
#ifndef GATEWAY_INFRA_KAFKA_CLIENT_CLIENT_LOG_H_
#define GATEWAY_INFRA_KAFKA_CLIENT_CLIENT_LOG_H_

#include <librdkafka/rdkafka.h>

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "service/ports/clock.h"
#include "service/ports/logger.h"

namespace gateway {

class ClientLog final {
 public:
  ClientLog(Logger& logger, const Clock& clock) : logger_(logger), clock_(clock) {}

  // `facility` is librdkafka's short word ("FAIL", "CONFWARN"); `severity` is syslog's, 0 to 7.
  void OnLog(int severity, std::string_view facility, std::string_view text);
  // An RD_KAFKA_EVENT_ERROR that is not fatal.
  void OnError(rd_kafka_resp_err_t code, std::string_view text);

  // Due about once per second: logs the number of repeats that have come to an end.
  void Tick();

 private:
  struct Kind {
    LogLevel level = LogLevel::kInformation;
    Clock::TimePoint written{};
    std::int64_t repeated = 0;  // since then
    std::string facility{};
    std::string text{};  // of the last of them
  };

  void Write(LogLevel level, std::string_view facility, std::string_view line);
  void Put(LogLevel level, std::string_view facility, std::string_view text, std::int64_t repeated);
  void FlushRepeats(Kind* kind);

  static constexpr std::chrono::seconds kQuiet{60};
  static constexpr std::size_t kMaxKinds = 256;

  Logger& logger_;
  const Clock& clock_;
  Clock::TimePoint ticked_{};
  std::map<std::string, Kind, std::less<>> kinds_;  // by what KeyOf makes of a line
};

}  // namespace gateway

#endif  // GATEWAY_INFRA_KAFKA_CLIENT_CLIENT_LOG_H_
