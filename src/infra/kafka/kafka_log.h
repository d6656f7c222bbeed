// librdkafka's log lines and error events as lines of the gateway's log (event "librdkafka").
// librdkafka repeats itself at every attempt to connect: a line of the same kind as one of the last
// minute is logged at debug level. Called from the one thread that polls; not thread-safe.
#ifndef GATEWAY_INFRA_KAFKA_KAFKA_LOG_H_
#define GATEWAY_INFRA_KAFKA_KAFKA_LOG_H_

#include <librdkafka/rdkafka.h>

#include <chrono>
#include <map>
#include <string>
#include <string_view>

#include "ports.h"

namespace gateway {

class KafkaLog final {
 public:
  KafkaLog(Logger& logger, const Clock& clock) : logger_(logger), clock_(clock) {}

  // `facility` is librdkafka's short word ("FAIL", "CONFWARN"); `severity` is syslog's, 0 to 7.
  void OnLog(int severity, std::string_view facility, std::string_view text);
  // An RD_KAFKA_EVENT_ERROR that is not fatal.
  void OnError(rd_kafka_resp_err_t code, std::string_view text);

 private:
  void Write(LogLevel level, const std::string& kind, std::string_view text);

  static constexpr std::chrono::seconds kQuiet{60};
  static constexpr std::size_t kMaxKinds = 256;

  Logger& logger_;
  const Clock& clock_;
  std::map<std::string, Clock::TimePoint, std::less<>> last_;  // by kind
};

}  // namespace gateway

#endif  // GATEWAY_INFRA_KAFKA_KAFKA_LOG_H_
