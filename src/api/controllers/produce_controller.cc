#include "api/controllers/produce_controller.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "api/media/negotiation.h"
#include "api/native/raw_request_parser.h"
#include "api/pipeline/access_log.h"
#include "api/tracing/propagated_headers.h"

namespace gateway {
namespace {

// What the access log and spans say about the records.
void Describe(const RequestRecords& batch, bool single, RequestContext& context) {
  const std::vector<Record>& records = batch.records;
  if (records.empty()) return;
  const std::string_view topic = records.front().topic;
  const bool same = single || std::all_of(records.begin(), records.end(), [topic](const Record& r) {
                      return r.topic.data() == topic.data() || r.topic == topic;
                    });
  if (same) context.topic = AccessLog::Bounded(topic);
  if (!single) context.records = records.size();
}

AnswerOptions AnswerOptionsOf(const http::RequestHead& head, const Preferences& preferences,
                              const ProduceRequest& request) {
  AnswerOptions options;
  options.single = request.IsSingle();
  if (options.single) return options;
  options.ndjson = AcceptedNdjson(head);
  options.minimal = preferences.return_minimal;
  options.lines = request.lines;
  return options;
}

}  // namespace

Result<std::chrono::milliseconds, Problem> RequestTimeoutOf(const http::RequestHead& head,
                                                            std::chrono::milliseconds cap) {
  const auto sent = head.Find("Request-Timeout-Ms");
  if (!sent) return cap;
  std::int64_t ms = 0;
  const auto [end, error] = std::from_chars(sent->data(), sent->data() + sent->size(), ms);
  const bool whole = end == sent->data() + sent->size();
  if (whole && error == std::errc::result_out_of_range && !sent->starts_with('-')) return cap;
  if (!whole || error != std::errc() || ms < 1) {
    return Problem(
        ProblemType::kBadRequest,
        "Request-Timeout-Ms must be a whole number of milliseconds, at least 1; values above " +
            std::to_string(cap.count()) + " are reduced to that (Limits:RequestTimeoutMs).");
  }
  return std::min(std::chrono::milliseconds(ms), cap);
}

void ProduceController::AddRoutes(Router* router) {
  const auto send = [this](http::Request request, const Context& context) {
    Send(std::move(request), context);
  };
  const auto send_batch = [this](http::Request request, const Context& context) {
    SendBatch(std::move(request), context);
  };
  const auto send_raw = [this](http::Request request, const Context& context) {
    SendRaw(std::move(request), context);
  };
  router->Add({http::Method::kPost, "/api/kafka/send", send, {kJson}, true});
  router->Add({http::Method::kPost, "/api/kafka/send/batch", send_batch, {kJson, kNdjson}, true});
  router->Add({http::Method::kPost, "/api/kafka/topics/{topic}", send_raw, {kAnyMediaType}, true});
}

void ProduceController::Send(http::Request request, const Context& context) const {
  Produce(ParseSendRequest(std::move(request.body)), request, context);
}

void ProduceController::SendBatch(http::Request request, const Context& context) const {
  const auto parse = HasNdjsonBody(request.head) ? &ParseLinesRequest : &ParseBatchRequest;
  const std::size_t max_records = service_.limits().max_batch_records;
  Produce(parse(std::move(request.body), max_records), request, context);
}

void ProduceController::SendRaw(http::Request request, const Context& context) const {
  const std::string_view topic = context->parameter;
  const auto parse = HasNdjsonBody(request.head) ? &ParseRawLinesRequest : &ParseRawRequest;
  const std::size_t max_records = service_.limits().max_batch_records;
  Produce(parse(topic, request.head, std::move(request.body), max_records), request, context);
}

void ProduceController::Produce(Result<ProduceRequest, Problem> parsed, const http::Request& sent,
                                const Context& context) const {
  if (!parsed.ok()) return context->ReplyProblem(parsed.error());
  const http::RequestHead& head = sent.head;
  const auto timeout = RequestTimeoutOf(head, request_timeout_);
  if (!timeout.ok()) return context->ReplyProblem(timeout.error());

  ProduceRequest request = std::move(parsed).value();
  const auto locate = [&request](std::size_t index, const Record& record, std::string_view member) {
    return request.Locate(index, record, member);
  };
  if (!request.errors.empty()) {
    Error error = *service_.Refuse(request.batch.records, locate, std::move(request.errors));
    return context->ReplyProblem(Problem::FromError(std::move(error)));
  }
  RequestRecords records = std::move(request.batch);
  Describe(records, request.IsSingle(), *context);
  const ProduceSpans::Ptr spans = ProduceSpans::Start(
      tracer_, context->span.get(), request.IsSingle(), service_.limits(), records);
  const std::size_t carried = PropagateHeaders(head, fields_, &records, spans.get());
  if (!context->ticket.Add(carried + ProduceOperation::OverheadBytes(records.records))) {
    if (spans) spans->Refuse(InfoOf(ProblemType::kOverloaded).code);
    return ReplyNoRoom(context);
  }
  const Preferences preferences = PreferencesOf(head);
  const std::size_t total = records.records.size();
  records.origin = {context->request_id(), context->trace_id()};  // `released` keeps it alive
  // A request that arrived in one piece began after its last byte was read.
  records.complete_at = std::max(sent.complete_at, context->started());
  // The context holds the request's share of the budgets: after a deadline it lives until the last
  // report.
  const auto released = [context] {};
  auto produced = service_.Produce(
      std::move(records), locate,
      preferences.respond_async
          ? LogAcceptedFailures(context, spans)
          : CompleteWhenDelivered(context, AnswerOptionsOf(head, preferences, request), spans),
      released);
  if (!produced.ok()) {
    if (spans) spans->Refuse(InfoOf(produced.error()).code);
    return context->ReplyProblem(Problem::FromError(std::move(produced).error()));
  }
  context->timed = true;
  if (preferences.respond_async) return context->Reply(MakeAccepted(total));
  context->SetDeadline(clock_.Now() + timeout.value(),
                       [batch = std::move(produced).value()] { batch->Expire(); });
}

void ProduceController::ReplyNoRoom(const Context& context) const {
  const Problem problem(ProblemType::kOverloaded, kNoRoomForBytes);
  metrics_.OnHttpRejected(InfoOf(problem.type).name);
  context->ReplyProblem(problem);
}

ProduceOperation::Callback ProduceController::CompleteWhenDelivered(const Context& context,
                                                                    AnswerOptions options,
                                                                    ProduceSpans::Ptr spans) {
  return [context, options = std::move(options),
          spans = std::move(spans)](const std::shared_ptr<const ProduceOperation>& batch) {
    if (spans) spans->End(*batch);
    context->ReplyLater([context, options, batch] {
      // Before the answer is written: its client may send the next request at once. Here instead of
      // on the delivery thread, which has little time, and because this thread took the ticket.
      if (batch->complete()) context->ticket = {};
      return MakeProduceAnswer(*batch, options, *context);
    });
  };
}

ProduceOperation::Callback ProduceController::LogAcceptedFailures(const Context& context,
                                                                  ProduceSpans::Ptr spans) const {
  return [this, context,
          spans = std::move(spans)](const std::shared_ptr<const ProduceOperation>& batch) {
    if (spans) spans->End(*batch);
    ReportAccepted(*batch, *context, metrics_, logger_);
  };
}

}  // namespace gateway
