#include "api/controllers/accepted_failures.h"

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "api/problem/problem.h"

namespace gateway {

void ReportAcceptedFailures(const ProduceOperation& operation, const RequestContext& context,
                            ProduceMetrics& metrics, Logger& logger) {
  std::int64_t failed = 0;
  std::int64_t possibly_persisted = 0;
  std::size_t first = 0;
  for (std::size_t i = 0; i < operation.size(); ++i) {
    const DeliveryReport& outcome = operation.outcome(i);
    if (outcome.ok()) continue;
    if (failed++ == 0) first = i;
    if (outcome.error().persistence == Persistence::kPossiblyPersisted) ++possibly_persisted;
  }
  if (failed == 0) return;
  metrics.OnAcceptedFailed(failed);
  const Error& error = operation.outcome(first).error();
  logger.Log(LogLevel::kWarning, "accepted-failed", "Records that were answered with 202 failed.",
             {{"request_id", std::string_view(context.request_id)},
              {"trace_id", context.TraceIdField()},
              {"failed", failed},
              {"possibly_persisted", possibly_persisted},
              {"total", static_cast<std::int64_t>(operation.size())},
              {"first_index", static_cast<std::int64_t>(first)},
              {"messaging.destination.name", operation.record(first).topic},
              {"error.type", InfoOf(error).code},
              {"error", std::string_view(error.detail)}});
}

}  // namespace gateway
