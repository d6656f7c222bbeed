#include "infra/logging/log_line.h"

#include <charconv>
#include <chrono>
#include <cmath>
#include <type_traits>
#include <variant>

#include "infra/logging/escaping.h"

namespace gateway {
namespace {

// As the key Logging:Level spells them, in lower case.
std::string_view NameOf(LogLevel level) {
  switch (level) {
    case LogLevel::kTrace:
      return "trace";
    case LogLevel::kDebug:
      return "debug";
    case LogLevel::kInformation:
      return "information";
    case LogLevel::kWarning:
      return "warning";
    case LogLevel::kError:
      return "error";
    case LogLevel::kCritical:
      return "critical";
  }
  return "error";
}

// Five characters wide, for columns.
std::string_view TagOf(LogLevel level) {
  switch (level) {
    case LogLevel::kTrace:
      return "TRACE";
    case LogLevel::kDebug:
      return "DEBUG";
    case LogLevel::kInformation:
      return "INFO ";
    case LogLevel::kWarning:
      return "WARN ";
    case LogLevel::kError:
      return "ERROR";
    case LogLevel::kCritical:
      return "CRIT ";
  }
  return "ERROR";
}

void AppendPadded(std::int64_t number, int width, std::string* out) {
  char digits[20];
  char* at = digits + sizeof digits;
  for (int i = 0; i < width; ++i, number /= 10) *--at = static_cast<char>('0' + number % 10);
  out->append(at, static_cast<std::size_t>(width));
}

void AppendDate(std::chrono::sys_days day, std::string* out) {
  const std::chrono::year_month_day date(day);
  AppendPadded(static_cast<int>(date.year()), 4, out);
  out->push_back('-');
  AppendPadded(static_cast<unsigned>(date.month()), 2, out);
  out->push_back('-');
  AppendPadded(static_cast<unsigned>(date.day()), 2, out);
}

void AppendTimeOfDay(std::int64_t millis, std::string* out) {
  AppendPadded(millis / 3'600'000, 2, out);
  out->push_back(':');
  AppendPadded(millis / 60'000 % 60, 2, out);
  out->push_back(':');
  AppendPadded(millis / 1000 % 60, 2, out);
  out->push_back('.');
  AppendPadded(millis % 1000, 3, out);
}

// <chrono>'s calendar instead of gmtime_r, which takes a lock in the C library.
struct Moment {
  explicit Moment(TimestampMs unix_millis)
      : time(std::chrono::milliseconds(unix_millis)),
        day(std::chrono::floor<std::chrono::days>(time)) {}
  std::int64_t MillisOfDay() const { return (time - day).count(); }

  std::chrono::sys_time<std::chrono::milliseconds> time;
  std::chrono::sys_days day;
};

template <typename Number>
void AppendNumber(Number number, std::string* out) {
  char digits[32];  // holds the shortest form of every double and every 64-bit integer
  const std::to_chars_result result = std::to_chars(digits, digits + sizeof digits, number);
  out->append(digits, result.ptr);
}

bool NeedsQuotes(std::string_view text) {
  if (text.empty()) return true;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte <= ' ' || byte == '"' || byte == '\\' || byte == '=' || byte >= 0x7F) return true;
  }
  return false;
}

bool LeftOut(const LogField& field) { return std::holds_alternative<std::monostate>(field.value); }

void AppendValue(const LogField& field, bool always_quote, std::string* out) {
  std::visit(
      [&](const auto& value) {
        using Type = std::decay_t<decltype(value)>;
        if constexpr (std::is_same_v<Type, bool>) {
          out->append(value ? "true" : "false");
        } else if constexpr (std::is_same_v<Type, std::int64_t>) {
          AppendNumber(value, out);
        } else if constexpr (std::is_same_v<Type, double>) {
          if (std::isfinite(value)) {
            AppendNumber(value, out);
          } else {
            out->append("null");
          }
        } else if constexpr (std::is_same_v<Type, std::monostate>) {
          out->append("null");  // not reached: fields without a value are left out
        } else if (always_quote || NeedsQuotes(value)) {
          AppendQuoted(value, out);
        } else {
          out->append(value);
        }
      },
      field.value);
}

void AppendJsonFields(std::initializer_list<LogField> fields, std::string* out) {
  for (const LogField& field : fields) {
    if (LeftOut(field)) continue;
    out->push_back(',');
    AppendQuoted(field.name, out);
    out->push_back(':');
    AppendValue(field, true, out);
  }
}

}  // namespace

std::string MakeConstantFields(std::initializer_list<LogField> fields) {
  std::string text;
  AppendJsonFields(fields, &text);
  return text;
}

void AppendJsonLine(const LogLine& line, std::string* out) {
  const Moment moment(line.unix_millis);
  out->append("{\"timestamp\":\"");
  AppendDate(moment.day, out);
  out->push_back('T');
  AppendTimeOfDay(moment.MillisOfDay(), out);
  out->append("Z\",\"level\":\"");
  out->append(NameOf(line.level));
  out->append("\",\"event\":");
  AppendQuoted(line.event, out);
  out->append(",\"message\":");
  AppendQuoted(line.message, out);
  out->append(line.constant_fields);
  AppendJsonFields(line.fields, out);
  out->append("}\n");
}

void AppendTextLine(const LogLine& line, std::string* out) {
  AppendTimeOfDay(Moment(line.unix_millis).MillisOfDay(), out);
  out->push_back(' ');
  out->append(TagOf(line.level));
  out->push_back(' ');
  AppendEscaped(line.event, Escaping::kPlain, out);
  out->append("  ");
  AppendEscaped(line.message, Escaping::kPlain, out);
  const char* gap = "  ";
  for (const LogField& field : line.fields) {
    if (LeftOut(field)) continue;
    out->append(gap);
    gap = " ";
    AppendEscaped(field.name, Escaping::kPlain, out);
    out->push_back('=');
    AppendValue(field, false, out);
  }
  out->push_back('\n');
}

}  // namespace gateway
