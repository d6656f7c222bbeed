// The wire format of the answers to /api/kafka/send and /api/kafka/send/batch. Formatted by hand:
// this is the hot path, and a batch has up to 10 000 results. Pure functions; any thread.
#ifndef GATEWAY_API_NATIVE_PRODUCE_RESPONSE_H_
#define GATEWAY_API_NATIVE_PRODUCE_RESPONSE_H_

#include <string>
#include <string_view>

#include "api/format/produce_request.h"
#include "api/problem/problem.h"
#include "service/produce/produce_operation.h"
#include "service/types/record.h"

namespace gateway {

// The 200 of a single record. A single record that failed is a problem (Problem::FromError).
std::string FormatSendResponse(std::string_view topic, const RecordMetadata& metadata);

// How the answer to many records is written.
struct BatchForm {
  // application/x-ndjson: one result per line, and a last line with the summary.
  bool ndjson = false;
  // Only the failed results; the others are summarized by partition.
  bool minimal = false;
  // Not null: each result says the line of its record, if it has one.
  const RecordPlaces* places = nullptr;
};

struct BatchResponse {
  int status = 200;        // 200: all are stored; 207: some; else what the failures have in common
  RetryAfter retry_after;  // with status 503, and then at least a second
  std::string body;        // application/json or application/x-ndjson, whatever the status
};

// The answer to many records, in the request's order. `batch` must not be empty, and its answer
// callback must have been called.
BatchResponse FormatBatchResponse(const ProduceOperation& batch, const BatchForm& form = {});

// The 202 to queued records.
std::string FormatAccepted(std::size_t total);

}  // namespace gateway

#endif  // GATEWAY_API_NATIVE_PRODUCE_RESPONSE_H_
