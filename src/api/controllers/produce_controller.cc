#include "api/controllers/produce_controller.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <string>

#include "api/controllers/accepted_failures.h"
#include "api/format/format_selection.h"
#include "api/media/negotiation.h"
#include "api/tracing/propagated_headers.h"

namespace gateway {
namespace {

// Tells the access log and spans about the records.
void Describe(const ProduceRequest& request, Accounting& accounting) {
  const std::vector<Record>& records = request.batch.records;
  if (records.empty()) return;
  const std::string_view topic = records.front().topic;
  const bool same = std::all_of(records.begin(), records.end(), [topic](const Record& record) {
    return record.topic.data() == topic.data() || record.topic == topic;
  });
  accounting.set_records(same ? topic : std::string_view(), request.single ? 0 : records.size());
}

AnswerOptions AnswerOptionsOf(const http::RequestHead& head, const Preferences& preferences,
                              const ProduceRequest& request) {
  AnswerOptions options;
  options.single = request.single;
  if (options.single) return options;
  options.minimal = preferences.return_minimal;
  options.lines_type = AcceptedNdjson(head);
  options.places = request.places;
  return options;
}

http::Response MakeAnswer(const ProduceOperation& operation, const AnswerOptions& options,
                          const Exchange& exchange) {
  auto answer = exchange.context().format->Answer(operation, options);
  if (!answer.ok()) return exchange.MakeProblem(answer.error());
  http::Response response = std::move(answer.value().response);
  exchange.AddRetryAfter(answer.value().retry_after, &response);
  return response;
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

void ProduceController::AddRoutes(std::vector<ProduceRoute> routes, Router* router) {
  for (ProduceRoute& added : routes) {
    Route route;
    route.method = http::Method::kPost;
    route.path = std::move(added.path);
    route.handler = [this](http::Request sent, const ExchangePtr& exchange) {
      Send(sent, exchange);
    };
    route.formats = std::move(added.formats);
    route.any_media_type = ReadsAnyMediaType(route.formats);
    route.errors = added.errors;
    route.sends_records = true;
    route.by_topic = true;
    router->Add(std::move(route));
  }
}

void ProduceController::Send(http::Request& sent, const ExchangePtr& exchange) const {
  const RequestContext& context = exchange->context();
  auto parsed = context.format->Parse(
      {sent.head, context.parameters, std::move(sent.body), service_.limits().max_batch_records});
  if (!parsed.ok()) return exchange->ReplyProblem(parsed.error());
  const auto timeout = RequestTimeoutOf(sent.head, request_timeout_);
  if (!timeout.ok()) return exchange->ReplyProblem(timeout.error());
  ProduceRequest& request = parsed.value();
  if (!request.errors.empty()) {
    const auto locate = [&request](std::size_t index, const Record& record,
                                   std::string_view member) {
      return request.places->Locate(index, record, member);
    };
    Error error = *service_.Refuse(request.batch.records, locate, std::move(request.errors), {},
                                   exchange->context().caller.get());
    return exchange->ReplyProblem(Problem::FromError(std::move(error)));
  }
  Produce(std::move(request), sent, timeout.value(), exchange);
}

void ProduceController::Produce(ProduceRequest&& request, const http::Request& sent,
                                std::chrono::milliseconds timeout,
                                const ExchangePtr& exchange) const {
  const RequestContext& context = exchange->context();
  Accounting& accounting = exchange->accounting();
  Describe(request, accounting);
  RequestRecords records = std::move(request.batch);
  const ProduceSpans::Ptr spans =
      ProduceSpans::Start(tracer_, accounting.span(), request.single, service_.limits(), records);
  const auto refuse = [&](const Problem& problem) {
    spans->Refuse(InfoOf(problem.type).code);
    exchange->ReplyProblem(problem);
  };
  const std::size_t total = records.records.size();
  if (const auto limited = exchange->TakeRecords(total)) return refuse(*limited);
  const std::size_t carried =
      PropagateHeaders(sent.head, fields_, &records, spans->empty() ? nullptr : spans.get());
  if (const auto full =
          exchange->ChargeRecords(carried + ProduceOperation::OverheadBytes(records.records))) {
    return refuse(*full);
  }
  records.request_id = context.request_id;
  records.trace_id = context.trace_id();
  // The head of a request that arrived in one piece was parsed after its last byte was read.
  records.complete_at = std::max(sent.complete_at, context.started);
  const Preferences preferences = PreferencesOf(sent.head);
  records.answered = preferences.respond_async;
  auto produced = service_.Produce(
      std::move(records), std::move(exchange->ticket()),
      [&request](std::size_t index, const Record& record, std::string_view member) {
        return request.places->Locate(index, record, member);
      },
      preferences.respond_async
          ? LogAcceptedFailures(exchange, spans)
          : CompleteWhenDelivered(exchange, AnswerOptionsOf(sent.head, preferences, request),
                                  spans),
      context.caller.get());
  if (!produced.ok()) return refuse(Problem::FromError(std::move(produced).error()));
  accounting.set_sent(metrics_);
  if (preferences.respond_async) return exchange->Reply(context.format->Accepted(total));
  exchange->SetDeadline(clock_.Now() + timeout,
                        [operation = std::move(produced).value()] { operation->Expire(); });
}

ProduceOperation::Callback ProduceController::CompleteWhenDelivered(const ExchangePtr& exchange,
                                                                    AnswerOptions options,
                                                                    ProduceSpans::Ptr spans) {
  return [exchange, options = std::move(options),
          spans = std::move(spans)](const std::shared_ptr<ProduceOperation>& operation) {
    spans->End(*operation);
    exchange->ReplyLater([exchange, options, operation] {
      // The budget is released before the answer is written, because the client may send its next
      // request at once; and on this thread, because the delivery thread has little time.
      if (operation->complete()) operation->ReleaseBudget();
      return MakeAnswer(*operation, options, *exchange);
    });
  };
}

ProduceOperation::Callback ProduceController::LogAcceptedFailures(const ExchangePtr& exchange,
                                                                  ProduceSpans::Ptr spans) const {
  return [this, exchange,
          spans = std::move(spans)](const std::shared_ptr<ProduceOperation>& operation) {
    spans->End(*operation);
    ReportAcceptedFailures(*operation, exchange->context(), metrics_, logger_);
  };
}

}  // namespace gateway
