// Formats a line of the log, as JSON or as text. Pure functions; any thread.
#ifndef GATEWAY_INFRA_LOGGING_LOG_LINE_H_
#define GATEWAY_INFRA_LOGGING_LOG_LINE_H_

#include <initializer_list>
#include <string>
#include <string_view>

#include "service/ports/logger.h"
#include "service/types/record.h"

namespace gateway {

struct LogLine {
  TimestampMs unix_millis;
  LogLevel level;
  std::string_view event;
  std::string_view message;
  std::initializer_list<LogField> fields;
  // For JSON lines, after the message: `,"name":"value"` from MakeConstantFields.
  std::string_view constant_fields{};
};

// The fields that every JSON line of a process has, formatted once.
std::string MakeConstantFields(std::initializer_list<LogField> fields);

// Appends a JSON object and a newline: timestamp (RFC 3339, UTC, milliseconds), level, event,
// message, then the fields in their order. Numbers that JSON cannot represent (NaN, infinities) are
// null.
void AppendJsonLine(const LogLine& line, std::string* out);

// Appends "12:34:56.789 INFO  listening  message  key=value ..." and a newline; the time is UTC.
// Values with blanks, quotes or backslashes, and empty ones, are quoted as in JSON.
void AppendTextLine(const LogLine& line, std::string* out);

}  // namespace gateway

#endif  // GATEWAY_INFRA_LOGGING_LOG_LINE_H_
