#include "api/pipeline/request_context.h"

#include <algorithm>
#include <exception>
#include <utility>

#include "api/pipeline/access_log.h"
#include "api/pipeline/cors.h"
#include "api/pipeline/router.h"
#include "api/problem/problem_json.h"

namespace gateway {
namespace {

// nginx's status for "the client disconnected before the answer"; appears only in logs and metrics.
constexpr int kClientClosedRequest = 499;
constexpr std::string_view kClientClosedType = "ClientClosedRequest";

}  // namespace

RequestContext::RequestContext(const AccessLog& access_log, Admission& admission, Metrics& metrics,
                               const Clock& clock, std::string request_id, std::string_view peer)
    : access_log_(access_log),
      admission_(admission),
      metrics_(metrics),
      clock_(clock),
      request_id_(std::move(request_id)),
      peer_(peer),
      started_(clock.Now()) {
  metrics_.OnRequestStarted();
}

RequestContext::~RequestContext() {
  if (responder_) {  // a bug: the last reference is gone, and no answer was given
    auto response = std::make_shared<http::Response>(Finish(MakeFault()));
    responder_.Send([response] { return std::move(*response); });
  }
  if (!accounted_) Account(kClientClosedRequest, kClientClosedType, 0);
}

void RequestContext::Reply(http::Response response) {
  auto shared = std::make_shared<http::Response>(std::move(response));
  ReplyLater([shared] { return std::move(*shared); });
}

void RequestContext::ReplyLater(std::function<http::Response()> build) {
  responder_.Send([self = shared_from_this(), build = std::move(build)] {
    http::Response response;
    try {
      response = build();
    } catch (const std::exception&) {
      response = self->MakeFault();
    }
    return self->Finish(std::move(response));
  });
}

http::Response RequestContext::MakeFault() const {
  Problem problem(ProblemType::kInternal);
  problem.persistence = Persistence::kPossiblyPersisted;  // unknown how far it got
  return MakeProblem(problem);
}

void RequestContext::ReplyProblem(const Problem& problem) {
  http::Response response = MakeProblem(problem);
  ticket = {};  // now, not with the last reference: the next request may have arrived already
  Reply(std::move(response));
}

void RequestContext::SetDeadline(Clock::TimePoint when, std::function<void()> task) {
  responder_.SetDeadline(when, std::move(task));
}

http::Response RequestContext::MakeProblem(const Problem& problem) const {
  const ProblemInfo& info = InfoOf(problem.type);
  metrics_.OnProblem(info.code);
  http::Response response;
  response.status = info.status;
  response.content_type = "application/problem+json";
  AddRetryAfter(problem.retry_after, &response);
  response.error_type = info.code;
  AppendProblemJson(problem, path, request_id_, &response.body);
  return response;
}

void RequestContext::AddRetryAfter(RetryAfter retry_after, http::Response* response) const {
  int seconds = retry_after.seconds;
  if (retry_after.when_drained) {
    seconds = std::max(seconds, admission_.RetryAfterSeconds(clock_.Now()));
  }
  if (seconds > 0) response->headers.emplace_back("Retry-After", std::to_string(seconds));
}

http::Response RequestContext::Finish(http::Response response) {
  response.headers.emplace_back("X-Request-Id", request_id_);
  response.headers.emplace_back("X-Content-Type-Options", "nosniff");
  bool caches = false;
  for (const auto& header : response.headers) caches = caches || header.first == "Cache-Control";
  if (!caches) response.headers.emplace_back("Cache-Control", "no-store");
  if (cors != nullptr) cors->Decorate(allowed_origin, &response);
  Account(response.status, response.error_type, response.Body().size());
  return response;
}

void RequestContext::Account(int status, std::string_view error_type, std::size_t response_bytes) {
  if (std::exchange(accounted_, true)) return;
  const std::chrono::nanoseconds duration = clock_.Now() - started_;
  const std::string_view template_path = route == nullptr ? std::string_view() : route->path;
  metrics_.OnRequestFinished(http::MethodName(method), template_path, status, duration, body_bytes,
                             response_bytes);
  if (timed) metrics_.OnStage(LatencyStage::kTotal, duration);
  AccessLog::Line line;
  line.request_id = request_id_;
  line.trace = trace ? &*trace : nullptr;
  const bool understood = method != http::Method::kUnknown || !path.empty();
  line.method = understood ? http::MethodName(method) : std::string_view();
  line.route = template_path;
  line.path = path;
  line.peer = peer_;
  line.user_agent = user_agent;
  line.status = status;
  line.error_type = error_type;
  line.topic = topic;
  line.records = records;
  line.duration = duration;
  line.request_bytes = body_bytes;
  line.response_bytes = response_bytes;
  line.probe = route != nullptr && route->probe;
  access_log_.Write(line);
  if (span) EndSpan(status, error_type, response_bytes);
}

// For a SERVER span only server errors count as errors.
void RequestContext::EndSpan(int status, std::string_view error_type, std::size_t response_bytes) {
  span->Set("http.request.method", http::MethodName(method));
  if (route != nullptr) span->Set("http.route", std::string_view(route->path));
  span->Set("url.path", std::string_view(path));
  span->Set("client.address", std::string_view(peer_));
  if (!user_agent.empty()) span->Set("user_agent.original", std::string_view(user_agent));
  span->Set("http.response.status_code", std::int64_t{status});
  span->Set("http.request.body.size", static_cast<std::int64_t>(body_bytes));
  span->Set("http.response.body.size", static_cast<std::int64_t>(response_bytes));
  span->Set("request_id", std::string_view(request_id_));
  if (status >= 500) {
    span->Fail(error_type.empty() ? std::string_view("500") : error_type);
  } else if (!error_type.empty()) {
    span->Set("error.type", error_type);
  }
  span.reset();
}

}  // namespace gateway
