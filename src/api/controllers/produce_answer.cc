#include "api/controllers/produce_answer.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>

#include "api/media/negotiation.h"
#include "api/native/produce_response.h"

namespace gateway {
namespace {

http::Response AnswerToOne(const ProduceOperation& batch, const RequestContext& context) {
  const DeliveryReport& report = batch.outcome(0);
  if (!report.ok()) return context.MakeProblem(Problem::FromError(report.error()));
  http::Response response;
  response.content_type = kJson;
  response.body = FormatSendResponse(batch.record(0).topic, report.value());
  return response;
}

// The code of the first record that failed or possibly failed; "" if all are stored.
std::string_view FirstFault(const ProduceOperation& batch) {
  for (std::size_t i = 0; i < batch.size(); ++i) {
    const DeliveryReport& outcome = batch.outcome(i);
    if (!outcome.ok()) return InfoOf(outcome.error()).code;
  }
  return "";
}

http::Response AnswerToMany(const ProduceOperation& batch, const AnswerOptions& options,
                            const RequestContext& context) {
  BatchResponse formatted =
      FormatBatchResponse(batch, {!options.ndjson.empty(), options.minimal, options.lines.get()});
  http::Response response;
  response.status = formatted.status;
  response.content_type = options.ndjson.empty() ? kJson : options.ndjson;
  response.body = std::move(formatted.body);
  response.error_type = FirstFault(batch);
  context.AddRetryAfter(formatted.retry_after, &response);
  if (options.minimal) response.headers.emplace_back("Preference-Applied", "return=minimal");
  return response;
}

}  // namespace

http::Response MakeProduceAnswer(const ProduceOperation& batch, const AnswerOptions& options,
                                 const RequestContext& context) {
  return options.single ? AnswerToOne(batch, context) : AnswerToMany(batch, options, context);
}

http::Response MakeAccepted(std::size_t total) {
  http::Response response;
  response.status = 202;
  response.content_type = kJson;
  response.headers.emplace_back("Preference-Applied", "respond-async");
  response.body = FormatAccepted(total);
  return response;
}

void ReportAccepted(const ProduceOperation& batch, const RequestContext& context, Metrics& metrics,
                    Logger& logger) {
  std::int64_t failed = 0;
  std::int64_t possibly_persisted = 0;
  std::size_t first = 0;
  for (std::size_t i = 0; i < batch.size(); ++i) {
    const DeliveryReport& outcome = batch.outcome(i);
    if (outcome.ok()) continue;
    if (failed++ == 0) first = i;
    if (outcome.error().persistence == Persistence::kPossiblyPersisted) ++possibly_persisted;
  }
  if (failed == 0) return;
  metrics.OnAcceptedFailed(failed);
  const Error& error = batch.outcome(first).error();
  logger.Log(LogLevel::kWarning, "accepted-failed", "Records that were answered with 202 failed.",
             {{"request_id", std::string_view(context.request_id())},
              {"trace_id", context.TraceIdField()},
              {"failed", failed},
              {"possibly_persisted", possibly_persisted},
              {"total", static_cast<std::int64_t>(batch.size())},
              {"first_index", static_cast<std::int64_t>(first)},
              {"messaging.destination.name", batch.record(first).topic},
              {"error.type", InfoOf(error).code},
              {"error", std::string_view(error.detail)}});
}

}  // namespace gateway
