#include "api/pipeline/pipeline.h"

#include <exception>
#include <iterator>
#include <utility>

#include "api/format/format_selection.h"
#include "api/http/h1/body_decoder.h"
#include "api/pipeline/request_id.h"
#include "api/problem/from_http.h"
#include "api/tracing/trace_headers.h"
#include "service/produce/record_validation.h"

namespace gateway {
namespace {

// Redirects to the same path without its final slash. Relative, because a proxy may have removed a
// prefix.
http::Response WithoutSlash(const http::RequestHead& head) {
  const std::string_view path = head.path.substr(0, head.path.size() - 1);
  std::string location = "..";
  location += path.substr(path.rfind('/'));
  if (!head.query.empty()) location.append("?").append(head.query);
  http::Response response;
  response.status = 308;
  response.headers.emplace_back("Location", std::move(location));
  return response;
}

}  // namespace

// Each stage may end the request with an answer. They see only the head, so a refusal costs no
// body.
constexpr Pipeline::HeadStage Pipeline::kStages[] = {
    // A preflight has another method than the request that it announces.
    &Pipeline::AnswerPreflight,
    // Early: every later answer, log line and metric is about a route.
    &Pipeline::FindRoute,
    // Before the gateway reveals or spends anything for a caller that is not authenticated.
    &Pipeline::Authenticate,
    // As soon as the caller is known, so that a flood by one caller costs the others little.
    &Pipeline::LimitRate,
    // If the path names the topic, the body of a caller without a grant need not be read.
    &Pipeline::Authorize,
    // Before the budgets: requests that are refused anyway must not displace those that drain.
    &Pipeline::RefuseAtTheEnd,
    // Before the body is read, while a refusal is still cheap.
    &Pipeline::Admit,
    // The coding and media type must be known before the body is read. A route that accepts any
    // media type needs a separate check against pages of other origins.
    &Pipeline::CheckContentCoding,
    &Pipeline::SelectWireFormat,
};

Pipeline::Pipeline(const Router& router, const Cors& cors, const AccessLog& access_log,
                   Admission& admission, const Lifecycle& lifecycle, const Clock& clock,
                   HttpMetrics& metrics, Logger& logger, Tracer& tracer,
                   Authenticator* authenticator, const TrustedProxies* proxies)
    : router_(router),
      cors_(cors),
      access_log_(access_log),
      admission_(admission),
      lifecycle_(lifecycle),
      clock_(clock),
      metrics_(metrics),
      logger_(logger),
      tracer_(tracer),
      authenticator_(authenticator),
      proxies_(proxies) {}

std::shared_ptr<Exchange> Pipeline::MakeExchange(const http::RequestHead* head,
                                                 const http::Peer& peer) const {
  auto exchange = std::make_shared<Exchange>(cors_, access_log_, admission_, metrics_, clock_);
  RequestContext& context = exchange->context_;
  const auto sent_id = head == nullptr ? std::nullopt : head->Find("X-Request-Id");
  context.request_id = RequestIdOf(sent_id, clock_.UnixMillis());
  context.peer = peer;
  context.started = clock_.Now();
  if (head != nullptr) {
    context.method = head->method;
    context.path = head->path;
    if (proxies_ != nullptr && proxies_->Trust(peer.address)) {
      context.from_proxy = true;
      context.forwarded_client = proxies_->ClientAddress(*head, peer.address);
    }
    context.allowed_origin = cors_.AllowedOriginFor(*head);
    if (const auto agent = head->Find("User-Agent")) {
      context.user_agent = AccessLog::Bounded(*agent);
    }
    if (const auto trace = TraceOf(*head)) context.trace = trace->context;
  }
  return exchange;
}

http::HeadVerdict Pipeline::OnHead(const http::RequestHead& head, const http::Peer& peer) {
  return RunStages(MakeExchange(&head, peer), head, std::begin(kStages));
}

// `stage`: the first one to run.
http::HeadVerdict Pipeline::RunStages(const std::shared_ptr<Exchange>& exchange,
                                      const http::RequestHead& head, const HeadStage* stage) const {
  for (; stage != std::end(kStages); ++stage) {
    if (Verdict answer = (this->**stage)(*exchange, head)) {
      return {exchange->Finish(std::move(*answer)), nullptr};
    }
    if (exchange->pending_) return AwaitAuthentication(exchange, stage + 1);
  }
  return {std::nullopt, exchange, exchange->context().coding};
}

// An I/O thread may not compute a slow hash: a worker does, and the stages go on from `next`.
http::HeadVerdict Pipeline::AwaitAuthentication(const std::shared_ptr<Exchange>& exchange,
                                                const HeadStage* next) const {
  http::HeadVerdict verdict;
  verdict.state = exchange;
  verdict.later = [this, exchange, next](http::VerdictHandle handle) {
    const auto shared = std::make_shared<http::VerdictHandle>(std::move(handle));
    const auto decide = [this, exchange, next, shared](const Authentication& found) {
      shared->Decide([this, exchange, next, found](const http::RequestHead& head) {
        Verdict answer = Conclude(*exchange, authenticator_->Conclude(AuthScheme::kBasic, found,
                                                                      head, exchange->context()));
        if (!answer) return RunStages(exchange, head, next);
        return http::HeadVerdict{exchange->Finish(std::move(*answer)), nullptr};
      });
    };
    authenticator_->CheckLater(*std::exchange(exchange->pending_, std::nullopt), decide);
  };
  return verdict;
}

void Pipeline::OnRequest(http::Request request, std::shared_ptr<http::RequestState> state,
                         http::Responder responder) {
  const auto exchange = std::static_pointer_cast<Exchange>(std::move(state));
  const RequestContext& context = exchange->context();
  exchange->Attach(std::move(responder));
  exchange->accounting().set_request_bytes(request.sent_body_bytes);
  exchange->ChargeBody(request.sent_body_bytes);
  try {
    context.route->handler(std::move(request), exchange);
  } catch (const std::exception& error) {
    // A bug. The client gets a 500 and an id to ask with; the log has the details.
    logger_.Log(LogLevel::kError, "handler-fault", "The handler of a request threw an exception.",
                {{"request_id", std::string_view(context.request_id)},
                 {"trace_id", context.TraceIdField()},
                 {"http.route", std::string_view(context.route->path)},
                 {"error", error.what()}});
    exchange->Reply(exchange->MakeInternalError());
  }
}

http::Response Pipeline::OnRefused(const http::RequestError& error, const http::RequestHead* head,
                                   const http::Peer& peer,
                                   std::shared_ptr<http::RequestState> state) {
  const Problem problem = FromHttp(error);
  metrics_.OnHttpRejected(InfoOf(problem.type).name);
  auto exchange = std::static_pointer_cast<Exchange>(std::move(state));
  if (!exchange) exchange = MakeExchange(head, peer);
  http::Response response = exchange->MakeProblem(problem);
  response.close = true;
  return exchange->Finish(std::move(response));
}

Pipeline::Verdict Pipeline::AnswerPreflight(Exchange& exchange,
                                            const http::RequestHead& head) const {
  if (exchange.context_.allowed_origin.empty() || !Cors::IsPreflight(head)) return std::nullopt;
  Router::Match match = router_.Find(head.method, head.path);
  if (!match.path_exists) return std::nullopt;
  return Cors::Preflight(head, std::move(match.allow));
}

Pipeline::Verdict Pipeline::FindRoute(Exchange& exchange, const http::RequestHead& head) const {
  Router::Match match = router_.Find(head.method, head.path);
  RequestContext& context = exchange.context_;
  context.route = match.route;
  StartSpan(exchange, head);
  if (match.route != nullptr) {
    context.parameters = std::move(match.parameters);
    // Sends follow no redirect, so the handler runs at once.
    if (match.extra_slash && match.route->method == http::Method::kGet) return WithoutSlash(head);
    return std::nullopt;
  }
  if (head.method == http::Method::kOptions && (match.path_exists || head.path == "*")) {
    http::Response response;
    response.status = 204;
    response.headers.emplace_back("Allow",
                                  match.path_exists ? match.allow : "GET, HEAD, POST, OPTIONS");
    return response;
  }
  if (!match.path_exists) {
    return exchange.MakeProblem(
        Problem(ProblemType::kRouteNotFound,
                "This path does not exist. See /openapi.json for the paths that do."));
  }
  http::Response response = exchange.MakeProblem(
      Problem(ProblemType::kMethodNotAllowed, "This path supports: " + match.allow + "."));
  response.headers.emplace_back("Allow", std::move(match.allow));
  return response;
}

// Here and not earlier, because a span is named after its route.
void Pipeline::StartSpan(Exchange& exchange, const http::RequestHead& head) const {
  RequestContext& context = exchange.context_;
  if (!tracer_.enabled() || (context.route != nullptr && context.route->probe)) return;
  std::string name(http::MethodName(head.method));
  if (context.route != nullptr) name.append(" ").append(context.route->path);
  const TraceContext* const parent = context.trace ? &*context.trace : nullptr;
  auto span = tracer_.StartServer(name, parent, parent ? TracestateOf(head) : std::string());
  if (!span) return;
  context.trace = span->context();
  exchange.accounting().set_span(std::move(span));
}

Pipeline::Verdict Pipeline::Authenticate(Exchange& exchange, const http::RequestHead& head) const {
  if (authenticator_ == nullptr) return std::nullopt;
  Authenticator::Outcome outcome = authenticator_->Check(head, exchange.context_);
  if (outcome.pending) {
    exchange.pending_ = std::move(outcome.pending);
    return std::nullopt;
  }
  return Conclude(exchange, std::move(outcome));
}

Pipeline::Verdict Pipeline::Conclude(Exchange& exchange, Authenticator::Outcome outcome) const {
  RequestContext& context = exchange.context_;
  context.caller = std::move(outcome.caller);
  if (!outcome.refusal) return std::nullopt;
  context.refusal = outcome.result;
  http::Response response = exchange.MakeProblem(*outcome.refusal);
  for (std::string& challenge : outcome.challenges) {
    response.headers.emplace_back("WWW-Authenticate", std::move(challenge));
  }
  return response;
}

Pipeline::Verdict Pipeline::LimitRate(Exchange& exchange, const http::RequestHead& head) const {
  const auto refused = exchange.TakeRequest(head);
  if (!refused) return std::nullopt;
  return exchange.MakeProblem(*refused);
}

Pipeline::Verdict Pipeline::Authorize(Exchange& exchange, const http::RequestHead& /*head*/) const {
  const RequestContext& context = exchange.context_;
  if (!context.caller || !context.route->by_topic) return std::nullopt;
  const auto topic = context.parameters.Find("topic");
  if (!topic || !IsLegalTopicName(*topic)) return std::nullopt;  // refused by the handler
  const Caller& caller = *context.caller;
  const bool writes = context.route->sends_records;
  if (writes ? caller.rights.Allows(TopicOperation::kWrite, *topic) : caller.rights.Sees(*topic)) {
    return std::nullopt;
  }
  Error error(ErrorCode::kForbidden,
              NotGranted(caller.principal, writes ? TopicOperation::kWrite : TopicOperation::kRead,
                         *topic));
  ErrorDetail& place = error.errors.emplace_back();
  place.parameter = "topic";
  place.detail = error.detail;
  return exchange.MakeProblem(Problem::FromError(std::move(error)));
}

Pipeline::Verdict Pipeline::RefuseAtTheEnd(Exchange& exchange,
                                           const http::RequestHead& /*head*/) const {
  if (!exchange.context_.route->sends_records || lifecycle_.TakesSends(clock_.Now()))
    return std::nullopt;
  http::Response response = exchange.MakeProblem(Problem(ProblemType::kDraining, ""));
  response.close = true;
  return response;
}

Pipeline::Verdict Pipeline::Admit(Exchange& exchange, const http::RequestHead& /*head*/) const {
  if (!exchange.context_.route->sends_records) return std::nullopt;
  exchange.ticket() = admission_.TryAdmit();
  if (exchange.ticket()) return std::nullopt;
  metrics_.OnHttpRejected("max-in-flight-requests");
  return exchange.MakeProblem(Problem(ProblemType::kOverloaded,
                                      "The limit on requests in flight has been reached "
                                      "(Limits:MaxInFlightRequests)."));
}

Pipeline::Verdict Pipeline::CheckContentCoding(Exchange& exchange,
                                               const http::RequestHead& head) const {
  if (const auto coding = http::ContentCodingOf(head)) {
    exchange.context_.coding = *coding;
    return std::nullopt;
  }
  http::Response response = exchange.MakeProblem(
      Problem(ProblemType::kUnsupportedContentCoding,
              "Send the body with one Content-Encoding (gzip, zstd or deflate), or with none."));
  response.headers.emplace_back("Accept-Encoding", http::kAcceptedCodings);
  return response;
}

Pipeline::Verdict Pipeline::SelectWireFormat(Exchange& exchange,
                                             const http::RequestHead& head) const {
  RequestContext& context = exchange.context_;
  const std::vector<const WireFormat*>& formats = context.route->formats;
  if (formats.empty()) return std::nullopt;
  if (context.route->any_media_type) {
    if (auto refused = RefuseForeignPage(exchange, head)) return refused;
  }
  auto format = SelectFormat(head, formats);
  if (!format.ok()) {
    return exchange.MakeProblem(
        Problem(ProblemType::kUnsupportedMediaType, std::move(format).error()));
  }
  context.format = format.value();
  return std::nullopt;
}

Pipeline::Verdict Pipeline::RefuseForeignPage(const Exchange& exchange,
                                              const http::RequestHead& head) const {
  if (!cors_.MayBeForged(head)) return std::nullopt;
  return exchange.MakeProblem(
      Problem(ProblemType::kOriginNotAllowed,
              "A page of \"" + std::string(head.Find("Origin").value_or("")) +
                  "\" sent this request, but pages of that origin may not write "
                  "(Http:Cors:AllowedOrigins)."));
}

}  // namespace gateway
