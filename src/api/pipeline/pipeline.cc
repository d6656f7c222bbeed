#include "api/pipeline/pipeline.h"

#include <exception>
#include <utility>

#include "api/http/h1/body_decoder.h"
#include "api/media/body_type.h"
#include "api/media/negotiation.h"
#include "api/pipeline/request_id.h"
#include "api/tracing/trace_headers.h"

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
    // Before the budgets: requests that are refused anyway must not displace those that drain.
    &Pipeline::RefuseAtTheEnd,
    // Before the body is read, while a refusal is still cheap.
    &Pipeline::Admit,
    // The coding and media type must be known before the body is read. A route that accepts any
    // media type needs a separate check against pages of other origins.
    &Pipeline::CheckContentCoding,
    &Pipeline::CheckMediaType,
};

Pipeline::Pipeline(const Router& router, const Cors& cors, const AccessLog& access_log,
                   Admission& admission, const Lifecycle& lifecycle, const Clock& clock,
                   Metrics& metrics, Logger& logger, Tracer* tracer)
    : router_(router),
      cors_(cors),
      access_log_(access_log),
      admission_(admission),
      lifecycle_(lifecycle),
      clock_(clock),
      metrics_(metrics),
      logger_(logger),
      tracer_(tracer) {}

std::shared_ptr<RequestContext> Pipeline::MakeContext(const http::RequestHead* head,
                                                      std::string_view peer) const {
  const auto sent = head == nullptr ? std::nullopt : head->Find("X-Request-Id");
  auto context = std::make_shared<RequestContext>(access_log_, admission_, metrics_, clock_,
                                                  RequestIdOf(sent, clock_.UnixMillis()), peer);
  context->cors = &cors_;
  if (head != nullptr) {
    context->method = head->method;
    context->path = head->path;
    context->allowed_origin = cors_.AllowedOriginFor(*head);
    const auto agent = head->Find("User-Agent");
    if (agent) context->user_agent = AccessLog::Bounded(*agent);
    if (const auto trace = TraceOf(*head)) context->trace = trace->context;
  }
  return context;
}

http::HeadVerdict Pipeline::OnHead(const http::RequestHead& head, std::string_view peer) {
  const std::shared_ptr<RequestContext> context = MakeContext(&head, peer);
  for (const HeadStage stage : kStages) {
    if (Verdict answer = (this->*stage)(*context, head)) {
      return {context->Finish(std::move(*answer)), nullptr};
    }
  }
  return {std::nullopt, context, context->coding};
}

void Pipeline::OnRequest(http::Request request, std::shared_ptr<http::RequestState> state,
                         http::Responder responder) {
  const auto context = std::static_pointer_cast<RequestContext>(std::move(state));
  context->Attach(std::move(responder));
  context->body_bytes = request.sent_body_bytes;
  try {
    context->route->handler(std::move(request), context);
  } catch (const std::exception& error) {
    // A bug. The client gets a 500 and an id to ask with; the log has the details.
    logger_.Log(LogLevel::kError, "handler-fault", "The handler of a request threw an exception.",
                {{"request_id", std::string_view(context->request_id())},
                 {"trace_id", context->TraceIdField()},
                 {"http.route", std::string_view(context->route->path)},
                 {"error", error.what()}});
    context->Reply(context->MakeFault());
  }
}

http::Response Pipeline::OnRefused(const http::FramingError& error, const http::RequestHead* head,
                                   std::string_view peer,
                                   std::shared_ptr<http::RequestState> state) {
  metrics_.OnHttpRejected(InfoOf(error.type).name);
  auto context = std::static_pointer_cast<RequestContext>(std::move(state));
  if (!context) context = MakeContext(head, peer);
  http::Response response = context->MakeProblem(Problem(error.type, error.detail));
  response.close = true;
  return context->Finish(std::move(response));
}

Pipeline::Verdict Pipeline::AnswerPreflight(RequestContext& context,
                                            const http::RequestHead& head) const {
  if (context.allowed_origin.empty() || !Cors::IsPreflight(head)) return std::nullopt;
  Router::Match match = router_.Find(head.method, head.path);
  if (!match.path_exists) return std::nullopt;
  return Cors::Preflight(head, std::move(match.allow));
}

Pipeline::Verdict Pipeline::FindRoute(RequestContext& context,
                                      const http::RequestHead& head) const {
  Router::Match match = router_.Find(head.method, head.path);
  context.route = match.route;
  if (tracer_ != nullptr) StartSpan(context, head);
  if (match.route != nullptr) {
    context.parameter = match.parameter;
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
    return context.MakeProblem(
        Problem(ProblemType::kRouteNotFound,
                "This path does not exist. See /openapi.json for the paths that do."));
  }
  http::Response response = context.MakeProblem(
      Problem(ProblemType::kMethodNotAllowed, "This path supports: " + match.allow + "."));
  response.headers.emplace_back("Allow", std::move(match.allow));
  return response;
}

// Here and not earlier, because a span is named after its route.
void Pipeline::StartSpan(RequestContext& context, const http::RequestHead& head) const {
  if (context.route != nullptr && context.route->probe) return;
  std::string name(http::MethodName(head.method));
  if (context.route != nullptr) name.append(" ").append(context.route->path);
  const TraceContext* const parent = context.trace ? &*context.trace : nullptr;
  context.span = tracer_->StartServer(name, parent, parent ? TracestateOf(head) : std::string());
  if (context.span) context.trace = context.span->context();
}

Pipeline::Verdict Pipeline::RefuseAtTheEnd(RequestContext& context,
                                           const http::RequestHead& /*head*/) const {
  if (!context.route->sends_records || lifecycle_.TakesSends(clock_.Now())) return std::nullopt;
  http::Response response = context.MakeProblem(Problem(ProblemType::kDraining, ""));
  response.close = true;
  return response;
}

Pipeline::Verdict Pipeline::Admit(RequestContext& context,
                                  const http::RequestHead& /*head*/) const {
  if (!context.route->sends_records) return std::nullopt;
  context.ticket = admission_.TryAdmit();
  if (context.ticket) return std::nullopt;
  metrics_.OnHttpRejected("max-in-flight-requests");
  return context.MakeProblem(Problem(ProblemType::kOverloaded,
                                     "The limit on requests in flight has been reached "
                                     "(Limits:MaxInFlightRequests)."));
}

Pipeline::Verdict Pipeline::CheckContentCoding(RequestContext& context,
                                               const http::RequestHead& head) const {
  if (const auto coding = http::ContentCodingOf(head)) {
    context.coding = *coding;
    return std::nullopt;
  }
  http::Response response = context.MakeProblem(
      Problem(ProblemType::kUnsupportedContentCoding,
              "Send the body with one Content-Encoding (gzip, zstd or deflate), or with none."));
  response.headers.emplace_back("Accept-Encoding", http::kAcceptedCodings);
  return response;
}

Pipeline::Verdict Pipeline::CheckMediaType(RequestContext& context,
                                           const http::RequestHead& head) const {
  const std::vector<std::string_view>& wanted = context.route->consumes;
  if (wanted.empty()) return std::nullopt;
  if (wanted.front() == kAnyMediaType) {
    if (auto refused = RefuseForeignPage(context, head)) return refused;
  }
  auto why_not = WhyNotTaken(head, wanted);
  if (!why_not) return std::nullopt;
  return context.MakeProblem(Problem(ProblemType::kUnsupportedMediaType, *std::move(why_not)));
}

Pipeline::Verdict Pipeline::RefuseForeignPage(const RequestContext& context,
                                              const http::RequestHead& head) const {
  if (!cors_.MayBeForged(head)) return std::nullopt;
  return context.MakeProblem(
      Problem(ProblemType::kOriginNotAllowed, "A page of \"" +
                                                  std::string(head.Find("Origin").value_or("")) +
                                                  "\" sent this request, but pages of that origin "
                                                  "may not write (Http:Cors:AllowedOrigins)."));
}

}  // namespace gateway
