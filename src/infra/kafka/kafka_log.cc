#include "kafka/kafka_log.h"

namespace gateway {
namespace {

// One step milder than syslog's words: what librdkafka calls an error is a connection refused, and
// the gateway says by itself when it stops being ready.
LogLevel LevelOf(int severity) {
  if (severity <= 2) return LogLevel::kError;
  if (severity <= 4) return LogLevel::kWarning;
  if (severity <= 6) return LogLevel::kInformation;
  return LogLevel::kDebug;
}

}  // namespace

void KafkaLog::OnLog(int severity, std::string_view facility, std::string_view text) {
  Write(LevelOf(severity), std::string(facility), text);
}

void KafkaLog::OnError(rd_kafka_resp_err_t code, std::string_view text) {
  // "All brokers are down" comes at every disconnect of the only broker, idle ones too.
  const LogLevel level =
      code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN ? LogLevel::kDebug : LogLevel::kWarning;
  Write(level, rd_kafka_err2name(code), text);
}

void KafkaLog::Write(LogLevel level, const std::string& kind, std::string_view text) {
  const Clock::TimePoint now = clock_.Now();
  const auto last = last_.find(kind);
  if (last != last_.end() && now - last->second < kQuiet) {
    if (level > LogLevel::kDebug) level = LogLevel::kDebug;
  } else if (level > LogLevel::kDebug) {
    if (last_.size() >= kMaxKinds) last_.clear();
    last_[kind] = now;
  }
  if (logger_.Enabled(level)) {
    logger_.Log(level, "librdkafka", text, {{"kind", std::string_view(kind)}});
  }
}

}  // namespace gateway
