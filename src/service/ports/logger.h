// The port for structured logs. Any thread may call it; a call never blocks.
#ifndef GATEWAY_SERVICE_PORTS_LOGGER_H_
#define GATEWAY_SERVICE_PORTS_LOGGER_H_

#include <cstdint>
#include <initializer_list>
#include <string_view>
#include <variant>

namespace gateway {

enum class LogLevel : std::uint8_t { kTrace, kDebug, kInformation, kWarning, kError, kCritical };

struct LogField {
  std::string_view name;
  std::variant<std::string_view, std::int64_t, double, bool, std::monostate>
      value;  // last: left out
};

// The value of a field that is left out if the text is empty.
inline decltype(LogField::value) TextOrNone(std::string_view text) {
  if (text.empty()) return std::monostate();
  return text;
}

// Structured log. `event` is a stable identifier in kebab case, `message` a sentence for people.
// Never blocks: if the queue is full, the line is dropped and counted.
class Logger {
 public:
  virtual ~Logger() = default;
  virtual bool Enabled(LogLevel level) const = 0;
  virtual void Log(LogLevel level, std::string_view event, std::string_view message,
                   std::initializer_list<LogField> fields = {}) = 0;
};

}  // namespace gateway

#endif  // GATEWAY_SERVICE_PORTS_LOGGER_H_
