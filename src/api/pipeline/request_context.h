// The facts about one request from its head to its answer, and the only way to answer it. Created
// by the Pipeline and shared by everything that still works on the request; if the last reference
// goes without an answer, the client gets a 500 (unless it has disconnected). Accounting (metrics,
// access log) happens exactly once, however the request ends.
#ifndef GATEWAY_API_PIPELINE_REQUEST_CONTEXT_H_
#define GATEWAY_API_PIPELINE_REQUEST_CONTEXT_H_

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "api/http/handler.h"
#include "api/problem/problem.h"
#include "service/limits/admission.h"
#include "service/ports/clock.h"
#include "service/ports/logger.h"
#include "service/ports/metrics.h"
#include "service/ports/tracer.h"
#include "service/tracing/trace_context.h"

namespace gateway {

class AccessLog;
class Cors;
struct Route;

class RequestContext final : public http::RequestState,
                             public std::enable_shared_from_this<RequestContext> {
 public:
  RequestContext(const AccessLog& access_log, Admission& admission, Metrics& metrics,
                 const Clock& clock, std::string request_id, std::string_view peer);
  ~RequestContext() override;

  // Filled in by the pipeline's stages.
  http::Method method = http::Method::kUnknown;
  std::string path;              // as received, without query: the "instance" of a problem
  const Route* route = nullptr;  // null: no route matched
  std::string parameter;         // of the route, not percent-decoded
  const Cors* cors = nullptr;    // null: no CORS headers
  std::string allowed_origin;    // the result of Cors::AllowedOriginFor
  Admission::Ticket ticket;      // empty unless the route sends records
  // Bytes as sent by the client: OpenTelemetry's request body size, for logs and metrics.
  std::size_t body_bytes = 0;
  http::ContentCoding coding = http::ContentCoding::kIdentity;  // of the body
  bool timed = false;  // its records were sent: its duration counts as LatencyStage::kTotal

  // Further facts for logs and spans.
  std::string user_agent;
  std::optional<TraceContext>
      trace;  // the context of the request's span if it has one, else the received one
  std::unique_ptr<Span> span;  // of kind SERVER; null unless one is recorded
  std::string topic;           // the topic of its records; "" if there is none, or several
  std::size_t records = 0;

  const std::string& request_id() const { return request_id_; }
  // "" if the request is not part of a trace.
  std::string_view trace_id() const { return trace ? trace->trace_id() : std::string_view(); }
  // The value of the field "trace_id" of a log line.
  decltype(LogField::value) TraceIdField() const { return TextOrNone(trace_id()); }
  Clock::TimePoint started() const { return started_; }

  // Answers the request. Any thread; the first answer counts. ReplyLater builds the answer on the
  // connection's own thread, and only if the client is still connected.
  void Reply(http::Response response);
  void ReplyLater(std::function<http::Response()> build);
  // For a request of which no record was sent: releases its share of the budgets.
  void ReplyProblem(const Problem& problem);

  // `task` runs on the connection's thread at `when` unless the request was answered before. Only
  // from a RouteHandler, before it returns.
  void SetDeadline(Clock::TimePoint when, std::function<void()> task);

  // The problem as an answer, with this request's instance and id.
  http::Response MakeProblem(const Problem& problem) const;
  // Says in the answer when to send the request again, if `retry_after` does.
  void AddRetryAfter(RetryAfter retry_after, http::Response* response) const;
  // The answer after an unexpected error.
  http::Response MakeFault() const;
  // Adds the common headers and accounts for the answer. For the pipeline.
  http::Response Finish(http::Response response);
  void Attach(http::Responder responder) { responder_ = std::move(responder); }

  // http::RequestState
  bool OnBodyBytes(std::size_t bytes) override { return ticket.Grow(bytes); }

 private:
  void Account(int status, std::string_view error_type, std::size_t response_bytes);
  void EndSpan(int status, std::string_view error_type, std::size_t response_bytes);

  const AccessLog& access_log_;
  Admission& admission_;
  Metrics& metrics_;
  const Clock& clock_;
  const std::string request_id_;
  const std::string peer_;
  const Clock::TimePoint started_;
  bool accounted_ = false;
  http::Responder responder_;
};

}  // namespace gateway

#endif  // GATEWAY_API_PIPELINE_REQUEST_CONTEXT_H_
