#include "controllers/send_answer.h"

#include <string>
#include <utility>

#include "dto/produce_response.h"
#include "negotiation.h"

namespace gateway {
namespace {

http::Response AnswerToOne(const ProduceBatch& batch, const RequestContext& context) {
  const DeliveryReport& report = batch.outcome(0);
  if (!report.ok()) return context.MakeProblem(Problem::FromError(report.error()));
  http::Response response;
  response.content_type = kJson;
  response.body = FormatSendResponse(batch.record(0).topic, report.value());
  return response;
}

http::Response AnswerToMany(const ProduceBatch& batch, const SendAnswerForm& form) {
  BatchResponse formatted =
      FormatBatchResponse(batch, {form.ndjson, form.minimal, form.lines.get()});
  http::Response response;
  response.status = formatted.status;
  response.content_type = form.ndjson ? kNdjson : kJson;
  response.body = std::move(formatted.body);
  if (formatted.retry_after_seconds > 0) {
    response.headers.emplace_back("Retry-After", std::to_string(formatted.retry_after_seconds));
  }
  if (form.minimal) response.headers.emplace_back("Preference-Applied", "return=minimal");
  return response;
}

}  // namespace

http::Response MakeSendAnswer(const ProduceBatch& batch, const SendAnswerForm& form,
                              const RequestContext& context) {
  return form.single ? AnswerToOne(batch, context) : AnswerToMany(batch, form);
}

}  // namespace gateway
