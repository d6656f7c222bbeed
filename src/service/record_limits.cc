#include "record_limits.h"

#include <algorithm>

namespace gateway {
namespace {

constexpr std::size_t kMaxTopicBytes = 249;

bool IsTopicCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
         c == '_' || c == '-';
}

}  // namespace

bool IsLegalTopicName(std::string_view name) {
  return !name.empty() && name.size() <= kMaxTopicBytes && name != "." && name != ".." &&
         std::all_of(name.begin(), name.end(), IsTopicCharacter);
}

RecordFaults CheckRecord(const Record& record, const RecordLimits& limits) {
  RecordFaults faults;
  const auto refuse = [&faults](std::string pointer, std::string detail) {
    faults.errors.push_back({std::move(pointer), std::move(detail)});
    faults.other = true;
  };
  if (!IsLegalTopicName(record.topic)) {
    refuse("/topic",
           "A topic name is 1 to 249 characters of A-Z, a-z, 0-9, '.', '_' and '-', and neither "
           "\".\" nor \"..\".");
  }
  if (record.partition && *record.partition < 0) {
    refuse("/partition",
           "A partition is an integer from 0 to 2147483647; leave it out to have one chosen.");
  }
  if (record.timestamp && *record.timestamp < 1) {
    refuse("/timestamp",
           "A timestamp is at least 1 (milliseconds since 1970-01-01T00:00:00Z); leave it out for "
           "now.");
  }
  if (record.headers.size() > limits.max_headers) {
    refuse("/headers", "The record has " + std::to_string(record.headers.size()) +
                           " headers; at most " + std::to_string(limits.max_headers) +
                           " are allowed (Limits:MaxHeaders).");
  }
  if (const std::size_t bytes = record.PayloadBytes(); bytes > limits.max_record_bytes) {
    faults.too_large = true;
    faults.errors.push_back({"", "The record has " + std::to_string(bytes) +
                                     " bytes of key, value and headers; at most " +
                                     std::to_string(limits.max_record_bytes) +
                                     " are allowed (Limits:MaxRecordBytes)."});
  }
  return faults;
}

}  // namespace gateway
