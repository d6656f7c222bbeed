// The wire format of the answers to /api/kafka/send and /api/kafka/send/batch. Formatted by hand:
// this is the hot path, and a batch has up to 10 000 results. Pure functions; any thread.
#ifndef GATEWAY_API_DTO_PRODUCE_RESPONSE_H_
#define GATEWAY_API_DTO_PRODUCE_RESPONSE_H_

#include <string>
#include <string_view>

#include "produce_batch.h"
#include "record.h"

namespace gateway {

// The 200 of a single record. A single record that failed is a problem (Problem::FromError).
std::string FormatSendResponse(std::string_view topic, const RecordMetadata& metadata);

struct BatchResponse {
  int status = 200;             // 200 all, 207 some; none: what the failures have in common
  int retry_after_seconds = 0;  // with status 503; 0: no Retry-After
  std::string body;             // application/json, whatever the status
};

// The answer to many records, in the request's order. `batch` must have been answered (its callback
// was called) and not be empty.
BatchResponse FormatBatchResponse(const ProduceBatch& batch);

}  // namespace gateway

#endif  // GATEWAY_API_DTO_PRODUCE_RESPONSE_H_
