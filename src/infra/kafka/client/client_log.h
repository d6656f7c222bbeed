// librdkafka's log lines and error events as lines of the gateway's log (event "librdkafka").
// librdkafka repeats itself at every attempt to connect: among lines that differ only in numbers
// the first is written, and those of the following minute are counted. The next one, or a separate
// line if none follows, has their number ("repeated"). At debug level every line is written as
// well. Called from the one thread that polls; not thread-safe.
#ifndef GATEWAY_INFRA_KAFKA_CLIENT_CLIENT_LOG_H_
#define GATEWAY_INFRA_KAFKA_CLIENT_CLIENT_LOG_H_

#include <librdkafka/rdkafka.h>

#include <cstdint>
#include <string_view>

#include "infra/logging/repeat_filter.h"
#include "service/ports/clock.h"
#include "service/ports/logger.h"

namespace gateway {

class ClientLog final {
 public:
  ClientLog(Logger& logger, const Clock& clock);
  ClientLog(const ClientLog&) = delete;
  ClientLog& operator=(const ClientLog&) = delete;

  // `facility` is librdkafka's short word ("FAIL", "CONFWARN"); `severity` is syslog's, 0 to 7.
  void OnLog(int severity, std::string_view facility, std::string_view text);
  // An RD_KAFKA_EVENT_ERROR that is not fatal.
  void OnError(rd_kafka_resp_err_t code, std::string_view text);

  // Call it about once per second: logs the counts of repeats that have ended.
  void Tick() { repeats_.Tick(); }

 private:
  void Write(LogLevel level, std::string_view facility, std::string_view line);
  void Put(LogLevel level, std::string_view facility, std::string_view text, std::int64_t repeated);

  Logger& logger_;
  RepeatFilter repeats_;
};

}  // namespace gateway

#endif  // GATEWAY_INFRA_KAFKA_CLIENT_CLIENT_LOG_H_
