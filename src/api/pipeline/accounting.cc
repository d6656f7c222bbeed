#include "api/pipeline/accounting.h"

#include <chrono>
#include <cstdint>
#include <utility>

#include "api/pipeline/router.h"

namespace gateway {
namespace {

// nginx's status for "the client disconnected before the answer"; appears only in logs and metrics.
constexpr int kClientClosedRequest = 499;
constexpr std::string_view kClientClosedType = "ClientClosedRequest";

}  // namespace

void Accounting::EndUnanswered(const RequestContext& context) {
  End(context, kClientClosedRequest, kClientClosedType, 0);
}

void Accounting::End(const RequestContext& context, int status, std::string_view error_type,
                     std::size_t response_bytes) {
  if (std::exchange(ended_, true)) return;
  const Clock::TimePoint now = clock_.Now();
  const std::chrono::nanoseconds duration = now - context.started;
  const std::string_view route =
      context.route == nullptr ? std::string_view() : context.route->path;
  const std::string_view method = http::MethodName(context.method);
  metrics_.OnRequestFinished(method, route, status, duration, request_bytes_, response_bytes);
  const std::string_view principal =
      context.caller ? context.caller->principal.label() : std::string_view();
  if (!principal.empty()) metrics_.OnPrincipalAnswered(principal, status);
  if (sent_to_ != nullptr) sent_to_->OnStage(LatencyStage::kTotal, duration);
  const bool understood = context.method != http::Method::kUnknown || !context.path.empty();
  AccessLog::Line line;
  line.request_id = context.request_id;
  line.trace = context.trace ? &*context.trace : nullptr;
  line.method = understood ? method : std::string_view();
  line.route = route;
  line.path = context.path;
  line.client = context.client_address();
  if (context.from_proxy) line.proxy = context.peer.address;
  line.user_agent = context.user_agent;
  line.principal = principal;
  line.refusal = context.refusal;
  line.status = status;
  line.error_type = error_type;
  line.topic = topic_;
  line.records = batch_size_;
  line.ended = now;
  line.duration = duration;
  line.request_bytes = request_bytes_;
  line.response_bytes = response_bytes;
  line.probe = context.route != nullptr && context.route->probe;
  access_log_.Write(line);
  if (span_) EndSpan(context, status, error_type, response_bytes);
}

// In a server's span only the server's own failures are errors.
void Accounting::EndSpan(const RequestContext& context, int status, std::string_view error_type,
                         std::size_t response_bytes) {
  Span& span = *span_;
  span.Set("http.request.method", http::MethodName(context.method));
  if (context.route != nullptr) span.Set("http.route", std::string_view(context.route->path));
  span.Set("url.path", std::string_view(context.path));
  span.Set("client.address", std::string_view(context.client_address()));
  if (!context.user_agent.empty()) {
    span.Set("user_agent.original", std::string_view(context.user_agent));
  }
  if (context.caller) span.Set("enduser.id", context.caller->principal.label());
  span.Set("http.response.status_code", std::int64_t{status});
  span.Set("http.request.body.size", static_cast<std::int64_t>(request_bytes_));
  span.Set("http.response.body.size", static_cast<std::int64_t>(response_bytes));
  span.Set("request_id", std::string_view(context.request_id));
  if (status >= 500) {
    span.Fail(error_type.empty() ? std::string_view("500") : error_type);
  } else if (!error_type.empty()) {
    span.Set("error.type", error_type);
  }
  span_.reset();
}

}  // namespace gateway
