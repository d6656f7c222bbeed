#include "api/pipeline/exchange.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <exception>
#include <string>

#include "api/pipeline/cors.h"
#include "api/pipeline/rate_limit.h"
#include "api/pipeline/router.h"

namespace gateway {
namespace {

// A client that sends on beyond its rate must not keep the gateway busy with refusals. Kafka's
// brokers mute the channel of a client beyond its quota for the same reason.
constexpr std::chrono::milliseconds kPauseBeyondRate{20};

}  // namespace

Exchange::Exchange(const Cors& cors, const AccessLog& access_log, Admission& admission,
                   HttpMetrics& metrics, const Clock& clock)
    : accounting_(access_log, metrics, clock),
      cors_(cors),
      admission_(admission),
      metrics_(metrics),
      clock_(clock) {}

Exchange::~Exchange() {
  ChargeBody(body_bytes_);  // the request ended before its body did
  if (responder_) {         // a bug: no reference is left, and no answer was given
    auto response = std::make_shared<http::Response>(Finish(MakeInternalError()));
    responder_.Send([response] { return std::move(*response); });
  }
  accounting_.EndUnanswered(context_);
}

void Exchange::Reply(http::Response response) {
  auto shared = std::make_shared<http::Response>(std::move(response));
  ReplyLater([shared] { return std::move(*shared); });
}

void Exchange::ReplyLater(std::function<http::Response()> build) {
  responder_.Send([self = shared_from_this(), build = std::move(build)] {
    return self->Finish(self->BuildAnswer(build));
  });
}

http::Response Exchange::BuildAnswer(const std::function<http::Response()>& build) const {
  try {
    return build();
  } catch (const std::exception&) {
    return MakeInternalError();
  }
}

void Exchange::ReplyProblem(const Problem& problem) {
  http::Response response = MakeProblem(problem);
  // The budget is released before the answer rather than with the last reference, because the
  // client's next request may come before that.
  ticket_ = {};
  Reply(std::move(response));
}

void Exchange::SetDeadline(Clock::TimePoint when, std::function<void()> task) {
  responder_.SetDeadline(when, std::move(task));
}

http::Response Exchange::MakeInternalError() const {
  Problem problem(ProblemType::kInternal);
  problem.persistence = Persistence::kPossiblyPersisted;
  return MakeProblem(problem);
}

http::Response Exchange::MakeProblem(const Problem& problem) const {
  const ProblemInfo& info = InfoOf(problem.type);
  metrics_.OnProblem(info.code);
  const ErrorFormat& format = context_.route == nullptr ? ProblemJson() : *context_.route->errors;
  http::Response response;
  response.status = info.status;
  response.content_type = format.content_type();
  AddRetryAfter(problem.retry_after, &response);
  response.headers.insert(response.headers.end(), problem.headers.begin(), problem.headers.end());
  response.error_type = info.code;
  // A proxy's connection carries requests of other callers, too.
  if (problem.type == ProblemType::kRateLimited && !context_.from_proxy) {
    response.pause = kPauseBeyondRate;
  }
  format.Append(problem, context_.path, context_.request_id, &response.body);
  return response;
}

void Exchange::AddRetryAfter(RetryAfter retry_after, http::Response* response) const {
  int seconds = retry_after.seconds;
  if (retry_after.when_drained) {
    seconds = std::max(seconds, admission_.RetryAfterSeconds(clock_.Now()));
  }
  if (seconds > 0) response->headers.emplace_back("Retry-After", std::to_string(seconds));
}

std::optional<Problem> Exchange::ChargeRecords(std::size_t bytes) {
  if (ticket_.Add(bytes)) return std::nullopt;
  Problem full(ProblemType::kOverloaded, kNoRoomForBytes);
  metrics_.OnHttpRejected(InfoOf(full.type).name);
  return full;
}

std::optional<Problem> Exchange::TakeRequest(const http::RequestHead& head) {
  if (!context_.caller || !context_.caller->rate.limited()) return std::nullopt;
  RateLimiter::Request request;
  request.body_bytes = static_cast<std::int64_t>(head.content_length.value_or(0));
  request.unknown_size = head.chunked;
  request.sends_records = context_.route->sends_records;
  if (auto refused = context_.caller->rate.TakeRequest(request, clock_.Now())) {
    return RefuseRate(*refused);
  }
  owes_body_ = request.unknown_size;
  return std::nullopt;
}

void Exchange::ChargeBody(std::size_t bytes) {
  if (!std::exchange(owes_body_, false)) return;
  context_.caller->rate.ChargeBytes(static_cast<std::int64_t>(bytes), clock_.Now());
}

std::optional<Problem> Exchange::TakeRecords(std::size_t count) {
  if (!context_.caller || !context_.caller->rate.limited()) return std::nullopt;
  const auto refused =
      context_.caller->rate.TakeRecords(static_cast<std::int64_t>(count), clock_.Now());
  if (!refused) return std::nullopt;
  return RefuseRate(*refused);
}

Problem Exchange::RefuseRate(const RateRefusal& refusal) {
  metrics_.OnRateLimited(context_.caller->principal.label(), refusal.unit);
  return RateLimited(*context_.caller, refusal);
}

http::Response Exchange::Finish(http::Response response) {
  response.headers.emplace_back("X-Request-Id", context_.request_id);
  response.headers.emplace_back("X-Content-Type-Options", "nosniff");
  const bool caches =
      std::any_of(response.headers.begin(), response.headers.end(),
                  [](const auto& header) { return header.first == "Cache-Control"; });
  if (!caches) response.headers.emplace_back("Cache-Control", "no-store");
  cors_.Decorate(context_.allowed_origin, &response);
  accounting_.End(context_, response.status, response.error_type, response.Body().size());
  return response;
}

}  // namespace gateway
