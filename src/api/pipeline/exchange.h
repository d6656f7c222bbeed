// One request and its one answer. Created by the Pipeline and shared by everything that still works
// on the request: it has the facts (RequestContext), answers exactly once (the first answer
// counts), and passes the facts to Accounting however the request ends. If the last reference is
// released without an answer, the client gets a 500 (unless it has disconnected).
//
// Any thread may call the reply functions. Everything else belongs to the thread of the request
// until its handler returns.
#ifndef GATEWAY_API_PIPELINE_EXCHANGE_H_
#define GATEWAY_API_PIPELINE_EXCHANGE_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "api/http/handler.h"
#include "api/pipeline/accounting.h"
#include "api/pipeline/request_context.h"
#include "api/problem/problem.h"
#include "service/auth/authentication.h"
#include "service/auth/rates.h"
#include "service/limits/admission.h"
#include "service/ports/clock.h"
#include "service/ports/http_metrics.h"

namespace gateway {

class Cors;

class Exchange final : public http::RequestState, public std::enable_shared_from_this<Exchange> {
 public:
  // The references outlive every exchange.
  Exchange(const Cors& cors, const AccessLog& access_log, Admission& admission,
           HttpMetrics& metrics, const Clock& clock);
  ~Exchange() override;

  const RequestContext& context() const { return context_; }
  Accounting& accounting() { return accounting_; }

  void Reply(http::Response response);
  // `build` runs on the connection's own thread, and only if the client is still connected.
  void ReplyLater(std::function<http::Response()> build);
  // For a request of which no record was sent: releases its share of the budgets at once.
  void ReplyProblem(const Problem& problem);

  // `task` runs on the connection's thread at `when` unless the request was answered before. Only
  // from a RouteHandler, before it returns.
  void SetDeadline(Clock::TimePoint when, std::function<void()> task);

  // The problem as an answer, written as the route's ErrorFormat does.
  http::Response MakeProblem(const Problem& problem) const;
  // The answer after a failure inside the gateway: it is unknown how far the request got.
  http::Response MakeInternalError() const;
  // Adds the header Retry-After if `retry_after` has a value.
  void AddRetryAfter(RetryAfter retry_after, http::Response* response) const;

  // The request's share of the budgets; empty unless its route sends records.
  Admission::Ticket& ticket() { return ticket_; }

  // Charges the memory that the request's records need in addition to its body (which OnBodyBytes
  // charges). Returns the refusal if Limits:MaxInFlightBytes has been reached.
  std::optional<Problem> ChargeRecords(std::size_t bytes);

  // Takes the records from what the caller may send; the refusal if that is not enough.
  std::optional<Problem> TakeRecords(std::size_t count);

  // For the pipeline. Finish adds the common headers, and ends the accounting.
  http::Response Finish(http::Response response);
  void Attach(http::Responder responder) { responder_ = std::move(responder); }

  // http::RequestState
  bool OnBodyBytes(std::size_t bytes) override {
    body_bytes_ = bytes;
    return ticket_.Grow(bytes);
  }

 private:
  friend class Pipeline;  // its stages fill in the facts

  // Takes the request from what the caller may send, by its head; the refusal if that is not
  // enough.
  std::optional<Problem> TakeRequest(const http::RequestHead& head);
  // Charges the caller for a body whose size its head did not tell. Only the first call counts.
  void ChargeBody(std::size_t bytes);
  Problem RefuseRate(const RateRefusal& refusal);

  http::Response BuildAnswer(const std::function<http::Response()>& build) const;

  RequestContext context_;
  std::optional<Authentication> pending_;  // until a worker has completed it
  Accounting accounting_;
  Admission::Ticket ticket_;
  std::size_t body_bytes_ = 0;  // decoded, as they have arrived
  bool owes_body_ = false;      // ChargeBody is to come
  http::Responder responder_;
  const Cors& cors_;
  Admission& admission_;
  HttpMetrics& metrics_;
  const Clock& clock_;
};

}  // namespace gateway

#endif  // GATEWAY_API_PIPELINE_EXCHANGE_H_
