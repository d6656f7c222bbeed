#include "request_context.h"

#include <exception>
#include <utility>

#include "access_log.h"
#include "cors.h"
#include "router.h"

namespace gateway {
namespace {

// The status that nginx made the custom for "the client went away before the answer"; only ever in
// logs and metrics.
constexpr int kClientClosedRequest = 499;

}  // namespace

RequestContext::RequestContext(const AccessLog& access_log, Metrics& metrics, const Clock& clock,
                               std::string request_id, std::string_view peer)
    : access_log_(access_log),
      metrics_(metrics),
      clock_(clock),
      request_id_(std::move(request_id)),
      peer_(peer),
      started_(clock.Now()) {
  metrics_.OnRequestStarted();
}

RequestContext::~RequestContext() {
  if (responder_) {  // a bug: everybody has let go, and nobody answered
    auto response = std::make_shared<http::Response>(Finish(MakeFault()));
    responder_.Send([response] { return std::move(*response); });
  }
  if (!accounted_) Account(kClientClosedRequest, 0);
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
  Problem problem;
  problem.type = ProblemType::kInternal;
  problem.persistence = Persistence::kPossiblyPersisted;  // nobody knows how far it came
  return MakeProblem(problem);
}

void RequestContext::ReplyProblem(const Problem& problem) { Reply(MakeProblem(problem)); }

void RequestContext::SetDeadline(Clock::TimePoint when, std::function<void()> task) {
  responder_.SetDeadline(when, std::move(task));
}

http::Response RequestContext::MakeProblem(const Problem& problem) const {
  const ProblemInfo& info = InfoOf(problem.type);
  http::Response response;
  response.status = info.status;
  response.content_type = "application/problem+json";
  const int retry_after =
      problem.retry_after_seconds > 0 ? problem.retry_after_seconds : info.retry_after_seconds;
  if (retry_after > 0) response.headers.emplace_back("Retry-After", std::to_string(retry_after));
  AppendProblemJson(problem, path, request_id_, &response.body);
  return response;
}

http::Response RequestContext::Finish(http::Response response) {
  response.headers.emplace_back("X-Request-Id", request_id_);
  response.headers.emplace_back("X-Content-Type-Options", "nosniff");
  bool caches = false;
  for (const auto& header : response.headers) caches = caches || header.first == "Cache-Control";
  if (!caches) response.headers.emplace_back("Cache-Control", "no-store");
  if (cors != nullptr) cors->Decorate(allowed_origin, &response);
  Account(response.status, response.Body().size());
  return response;
}

void RequestContext::Account(int status, std::size_t response_bytes) {
  if (std::exchange(accounted_, true)) return;
  const std::chrono::nanoseconds duration = clock_.Now() - started_;
  const std::string_view template_path = route == nullptr ? std::string_view() : route->path;
  metrics_.OnRequestFinished(http::MethodName(method), template_path, status, duration, body_bytes,
                             response_bytes);
  access_log_.Write({request_id_, http::MethodName(method), template_path, path, peer_, status,
                     duration, body_bytes, response_bytes});
}

}  // namespace gateway
