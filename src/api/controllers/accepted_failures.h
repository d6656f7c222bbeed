// Reports records that fail after their request was answered (Prefer: respond-async). Any thread.
#ifndef GATEWAY_API_CONTROLLERS_ACCEPTED_FAILURES_H_
#define GATEWAY_API_CONTROLLERS_ACCEPTED_FAILURES_H_

#include "api/pipeline/request_context.h"
#include "service/ports/logger.h"
#include "service/ports/produce_metrics.h"
#include "service/produce/produce_operation.h"

namespace gateway {

// Writes one log line and counts the records of the operation that are not stored, or possibly not;
// does nothing if all are stored.
void ReportAcceptedFailures(const ProduceOperation& operation, const RequestContext& context,
                            ProduceMetrics& metrics, Logger& logger);

}  // namespace gateway

#endif  // GATEWAY_API_CONTROLLERS_ACCEPTED_FAILURES_H_
