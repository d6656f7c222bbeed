// The answer to a send, once the outcome of its records is known; and the log line for records that
// fail after a 202. Any thread.
#ifndef GATEWAY_API_CONTROLLERS_PRODUCE_ANSWER_H_
#define GATEWAY_API_CONTROLLERS_PRODUCE_ANSWER_H_

#include <cstddef>
#include <memory>
#include <string_view>

#include "api/http/message.h"
#include "api/native/line_map.h"
#include "api/pipeline/request_context.h"
#include "service/ports/logger.h"
#include "service/ports/metrics.h"
#include "service/produce/produce_operation.h"

namespace gateway {

// What the request decides about its answer. Copied into callbacks, and therefore small.
struct AnswerOptions {
  bool single = true;                    // one record, not a batch of one
  std::string_view ndjson;               // of an answer in lines; the rest is for many records
  bool minimal = false;                  // Prefer: return=minimal
  std::shared_ptr<const LineMap> lines;  // null unless the records are lines
};

// `batch` must have been answered.
http::Response MakeProduceAnswer(const ProduceOperation& batch, const AnswerOptions& options,
                                 const RequestContext& context);

// The 202 to `total` queued records.
http::Response MakeAccepted(std::size_t total);

// Logs one line and counts the records of a request answered with 202 that failed or possibly
// failed. Does nothing if all are stored.
void ReportAccepted(const ProduceOperation& batch, const RequestContext& context, Metrics& metrics,
                    Logger& logger);

}  // namespace gateway

#endif  // GATEWAY_API_CONTROLLERS_PRODUCE_ANSWER_H_
