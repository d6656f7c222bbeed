// POST to the routes of every wire format: parses the body, hands the records to the use case, and
// has the outcomes formatted. The last delivery report, or the request's deadline, completes the
// answer; with respond-async it is sent at once. No thread waits. Owned by Api; any thread.
#ifndef GATEWAY_API_CONTROLLERS_PRODUCE_CONTROLLER_H_
#define GATEWAY_API_CONTROLLERS_PRODUCE_CONTROLLER_H_

#include <chrono>
#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include "api/format/wire_format.h"
#include "api/pipeline/exchange.h"
#include "api/pipeline/router.h"
#include "api/tracing/produce_spans.h"
#include "api/tracing/propagated_fields.h"
#include "service/ports/clock.h"
#include "service/ports/logger.h"
#include "service/ports/produce_metrics.h"
#include "service/ports/tracer.h"
#include "service/produce/produce_service.h"

namespace gateway {

class ProduceController final {
 public:
  // `request_timeout`: Limits:RequestTimeoutMs, the deadline of a request and the upper limit of a
  // client's own. `fields`: Records:HeadersFromRequest.
  ProduceController(ProduceService& service, const Clock& clock, ProduceMetrics& metrics,
                    Logger& logger, std::chrono::milliseconds request_timeout,
                    Tracer& tracer = NoTracer(), PropagatedFields fields = {})
      : service_(service),
        clock_(clock),
        metrics_(metrics),
        logger_(logger),
        request_timeout_(request_timeout),
        tracer_(tracer),
        fields_(std::move(fields)) {}

  void AddRoutes(std::vector<ProduceRoute> routes, Router* router);

 private:
  using ExchangePtr = std::shared_ptr<Exchange>;

  void Send(http::Request& sent, const ExchangePtr& exchange) const;
  void Produce(ProduceRequest&& request, const http::Request& sent,
               std::chrono::milliseconds timeout, const ExchangePtr& exchange) const;

  // Callbacks for when all records are reported: answer the request, or log what failed.
  static ProduceOperation::Callback CompleteWhenDelivered(const ExchangePtr& exchange,
                                                          AnswerOptions options,
                                                          ProduceSpans::Ptr spans);
  ProduceOperation::Callback LogAcceptedFailures(const ExchangePtr& exchange,
                                                 ProduceSpans::Ptr spans) const;

  ProduceService& service_;
  const Clock& clock_;
  ProduceMetrics& metrics_;
  Logger& logger_;
  const std::chrono::milliseconds request_timeout_;
  Tracer& tracer_;
  const PropagatedFields fields_;
};

// Request-Timeout-Ms, at most `cap`; `cap` if absent; a problem if it is 0 or not a number.
Result<std::chrono::milliseconds, Problem> RequestTimeoutOf(const http::RequestHead& head,
                                                            std::chrono::milliseconds cap);

}  // namespace gateway

#endif  // GATEWAY_API_CONTROLLERS_PRODUCE_CONTROLLER_H_
