// Writes librdkafka's log lines and error events to the gateway's log (event "librdkafka").
// librdkafka repeats its messages at every attempt to connect. Of lines that differ only in
// numbers, this class writes the first and counts those of the following minute; the next line, or
// a separate one if none follows, carries the count ("repeated"). At debug level it writes every
// line as well. Called from the one thread that polls; not thread-safe.
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
