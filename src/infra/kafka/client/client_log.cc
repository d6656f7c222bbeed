#include "infra/kafka/client/client_log.h"

#include <algorithm>
#include <string>
#include <variant>

namespace gateway {
namespace {

// One level lower than syslog's: librdkafka logs a refused connection as an error, and the gateway
// itself logs when it stops being ready.
LogLevel LevelOf(int severity) {
  if (severity <= 2) return LogLevel::kError;
  if (severity <= 4) return LogLevel::kWarning;
  if (severity <= 6) return LogLevel::kInformation;
  return LogLevel::kDebug;
}

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// The text without the leading name of librdkafka's thread, "[thrd:host:9092/1]: ".
std::string_view WithoutThread(std::string_view text) {
  const std::size_t end = text.starts_with("[thrd:") ? text.find("]: ") : std::string_view::npos;
  return end == std::string_view::npos ? text : text.substr(end + 3);
}

// Lines with the same message about the same broker, whose name comes first, have the same key. The
// key ignores numbers after the name, librdkafka's suffix "(after 3ms in state CONNECT, 7 identical
// error(s) suppressed)", and the facility: librdkafka logs a message ("FAIL") and also reports it
// as an error event ("_TRANSPORT").
std::string KeyOf(std::string_view text) {
  text = text.substr(0, text.find(" (after "));
  const std::size_t name = std::min(text.find(": "), text.size());
  std::string key(text.substr(0, name));
  bool number = false;
  for (const char c : text.substr(name)) {
    if (!IsDigit(c)) key.push_back(c);
    if (IsDigit(c) && !number) key.push_back('#');
    number = IsDigit(c);
  }
  return key;
}

}  // namespace

ClientLog::ClientLog(Logger& logger, const Clock& clock)
    : logger_(logger), repeats_(clock, [this](const auto& message, std::int64_t repeated) {
        Put(message.level, message.source, message.text, repeated);
      }) {}

void ClientLog::OnLog(int severity, std::string_view facility, std::string_view text) {
  Write(LevelOf(severity), facility, text);
}

void ClientLog::OnError(rd_kafka_resp_err_t code, std::string_view text) {
  // "All brokers are down" is reported at every disconnect of the only broker, including idle ones.
  const LogLevel level =
      code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN ? LogLevel::kDebug : LogLevel::kWarning;
  Write(level, rd_kafka_err2name(code), text);
}

void ClientLog::Write(LogLevel level, std::string_view facility, std::string_view line) {
  const std::string_view text = WithoutThread(line);
  if (level <= LogLevel::kDebug) return Put(level, facility, text, 0);
  if (!repeats_.Add(KeyOf(text), {level, std::string(facility), std::string(text)})) {
    Put(LogLevel::kDebug, facility, text, 0);
  }
}

void ClientLog::Put(LogLevel level, std::string_view facility, std::string_view text,
                    std::int64_t repeated) {
  if (!logger_.Enabled(level)) return;
  decltype(LogField::value) count = std::monostate();
  if (repeated > 0) count = repeated;
  logger_.Log(level, "librdkafka", text, {{"kind", facility}, {"repeated", count}});
}

}  // namespace gateway
