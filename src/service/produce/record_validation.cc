#include "service/produce/record_validation.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "service/types/rfc3339.h"

namespace gateway {
namespace {

constexpr std::size_t kMaxTopicBytes = 249;
// How far a client's clock may be ahead of the gateway's.
constexpr TimestampMs kMaxAheadMs = 86'400'000;

bool IsTopicCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
         c == '_' || c == '-';
}

std::string InRfc3339(TimestampMs ms) {
  std::string text;
  AppendRfc3339(ms, &text);
  return text;
}

// Describes what is wrong with a record's timestamp; nothing if it is between the bounds. A
// timestamp in the wrong unit is always outside them, and would be stored as 1970 or as a year that
// no retention reaches.
std::optional<std::string> CheckTimestamp(TimestampMs timestamp, TimestampMs min, TimestampMs now) {
  if (timestamp < min) {
    return "The timestamp is " + InRfc3339(timestamp) + ", before " + InRfc3339(min) +
           " (Limits:MinTimestamp). Are these seconds instead of milliseconds? Leave it out to "
           "mean now.";
  }
  if (timestamp > now + kMaxAheadMs) {
    return "The timestamp is " + InRfc3339(timestamp) +
           ", more than a day ahead of the gateway's clock. Are these microseconds instead of "
           "milliseconds? Leave it out to mean now.";
  }
  return std::nullopt;
}

// The headers of the record that the configuration copied from the request: they share the
// request's bytes, unlike the record's own headers of the same name.
std::vector<Header> FromRequest(const Record& record, std::span<const Header> request_headers) {
  std::vector<Header> found;
  for (const Header& header : record.headers) {
    const bool from_request = std::any_of(
        request_headers.begin(), request_headers.end(),
        [&header](const Header& other) { return other.name.data() == header.name.data(); });
    if (from_request) found.push_back(header);
  }
  return found;
}

std::string Share(std::size_t count) {
  return count == 0 ? ""
                    : ", " + std::to_string(count) +
                          " of them copied from request headers (Records:HeadersFromRequest)";
}

}  // namespace

bool IsLegalTopicName(std::string_view name) {
  return !name.empty() && name.size() <= kMaxTopicBytes && name != "." && name != ".." &&
         std::all_of(name.begin(), name.end(), IsTopicCharacter);
}

std::string TooManyRecords(std::size_t max_records) {
  return "The request has more than " + std::to_string(max_records) +
         " records (Limits:MaxBatchRecords); send them in several requests.";
}

std::vector<RecordError> CheckRecord(const Record& record, const RecordLimits& limits,
                                     TimestampMs now, std::span<const Header> request_headers) {
  std::vector<RecordError> errors;
  const auto refuse = [&errors](std::string_view member, std::string detail) {
    errors.push_back({RequestErrorKind::kMalformed, member, std::move(detail)});
  };
  if (!IsLegalTopicName(record.topic)) {
    refuse("/topic", std::string(kTopicNameRule));
  }
  if (record.partition && *record.partition < 0) {
    refuse("/partition", std::string(kPartitionRule));
  }
  if (record.timestamp) {
    auto wrong = CheckTimestamp(*record.timestamp, limits.min_timestamp, now);
    if (wrong) refuse("/timestamp", *std::move(wrong));
  }
  if (record.headers.size() > limits.max_headers) {
    refuse("/headers", "The record has " + std::to_string(record.headers.size()) + " headers" +
                           Share(FromRequest(record, request_headers).size()) + "; at most " +
                           std::to_string(limits.max_headers) +
                           " are allowed (Limits:MaxHeaders).");
  }
  const std::size_t bytes = record.PayloadBytes();
  if (bytes <= limits.max_record_bytes) return errors;
  // If the headers alone are too large, the error is that of all records that share them.
  const std::size_t header_bytes = HeaderBytes(record.headers);
  const bool alone = header_bytes > limits.max_record_bytes;
  errors.push_back({RequestErrorKind::kTooLarge, alone ? "/headers" : "",
                    "The record has " + std::to_string(alone ? header_bytes : bytes) +
                        (alone ? " bytes of headers" : " bytes of key, value and headers") +
                        Share(HeaderBytes(FromRequest(record, request_headers))) + "; at most " +
                        std::to_string(limits.max_record_bytes) +
                        " are allowed (Limits:MaxRecordBytes)."});
  return errors;
}

}  // namespace gateway
