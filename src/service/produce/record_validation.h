// Validates a record against the rules of Kafka and of this gateway before it is sent, so that a
// broker rejects as few records as possible: each rejection makes librdkafka drain its whole
// instance, and costs a bisection (batch_bisector.h). Pure functions.
#ifndef GATEWAY_SERVICE_PRODUCE_RECORD_VALIDATION_H_
#define GATEWAY_SERVICE_PRODUCE_RECORD_VALIDATION_H_

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "service/produce/request_errors.h"
#include "service/types/record.h"

namespace gateway {

struct RecordLimits {
  std::size_t max_batch_records = 10'000;    // Limits:MaxBatchRecords
  std::size_t max_record_bytes = 1'000'000;  // Limits:MaxRecordBytes: key + value + headers
  std::size_t max_headers = 64;              // Limits:MaxHeaders, of one record
  TimestampMs min_timestamp = 1;             // Limits:MinTimestamp; to librdkafka, 0 means now
};

// `[A-Za-z0-9._-]{1,249}`, neither "." nor ".." (org.apache.kafka.common.internals.Topic).
bool IsLegalTopicName(std::string_view name);

// The texts of errors that the parsers report, too.
inline constexpr std::string_view kTopicNameRule =
    "A topic name must be 1 to 249 characters of A-Z, a-z, 0-9, '.', '_' and '-', and neither "
    "\".\" nor "
    "\"..\".";
inline constexpr std::string_view kPartitionRule =
    "A partition must be an integer from 0 to 2147483647; leave it out to let the gateway choose.";
// `max_records`: RecordLimits::max_batch_records.
std::string TooManyRecords(std::size_t max_records);

struct RecordError {
  RequestErrorKind kind;
  std::string_view member;  // a pointer relative to the record: "/topic"; "": the record
  std::string detail;
};
// Returns all errors of `record`; empty if it is valid. `request_headers`: see RequestRecords; an
// error to which they contribute says so.
std::vector<RecordError> CheckRecord(const Record& record, const RecordLimits& limits,
                                     TimestampMs now, std::span<const Header> request_headers = {});

}  // namespace gateway

#endif  // GATEWAY_SERVICE_PRODUCE_RECORD_VALIDATION_H_
