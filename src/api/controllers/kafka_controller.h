// POST /api/kafka/send, /api/kafka/send/batch and /api/kafka/topics/{topic}: bytes to records,
// records to the use case, outcomes to an answer. The answer is completed by the last delivery
// report or by the request's deadline, or, if the client prefers respond-async, at once; no thread
// waits. Owned by main; any thread.
#ifndef GATEWAY_API_CONTROLLERS_KAFKA_CONTROLLER_H_
#define GATEWAY_API_CONTROLLERS_KAFKA_CONTROLLER_H_

#include <chrono>
#include <memory>
#include <utility>

#include "api/controllers/send_answer.h"
#include "api/native/produce_request.h"
#include "api/pipeline/request_context.h"
#include "api/pipeline/router.h"
#include "api/tracing/carried_fields.h"
#include "api/tracing/send_spans.h"
#include "service/ports/ports.h"
#include "service/ports/tracer.h"
#include "service/produce/produce_service.h"

namespace gateway {

class KafkaController final {
 public:
  // `request_timeout`: Limits:RequestTimeoutMs, the deadline of a request and the cap of a client's
  // own. `fields`: Records:HeadersFromRequest.
  KafkaController(ProduceService& service, const Clock& clock, Metrics& metrics, Logger& logger,
                  std::chrono::milliseconds request_timeout, Tracer* tracer = nullptr,
                  CarriedFields fields = {})
      : service_(service),
        clock_(clock),
        metrics_(metrics),
        logger_(logger),
        request_timeout_(request_timeout),
        tracer_(tracer),
        fields_(std::move(fields)) {}

  void AddRoutes(Router* router);

 private:
  using Context = std::shared_ptr<RequestContext>;

  void Send(http::Request request, const Context& context) const;
  void SendBatch(http::Request request, const Context& context) const;
  void SendRaw(http::Request request, const Context& context) const;
  void Produce(Result<ProduceRequest, Problem> parsed, const http::Request& sent,
               const Context& context) const;
  void ReplyNoRoom(const Context& context) const;

  // What a batch calls when the fate of its records is known: to answer, or to tell the operator.
  static ProduceOperation::Callback WhenAwaited(const Context& context, SendAnswerForm form,
                                                SendSpans::Ptr spans);
  ProduceOperation::Callback WhenAccepted(const Context& context, SendSpans::Ptr spans) const;

  ProduceService& service_;
  const Clock& clock_;
  Metrics& metrics_;
  Logger& logger_;
  const std::chrono::milliseconds request_timeout_;
  Tracer* const tracer_;  // null: nobody records spans
  const CarriedFields fields_;
};

// Request-Timeout-Ms: absent is `cap`, more than `cap` is `cap`, 0 or no number is a fault.
Result<std::chrono::milliseconds, Problem> RequestTimeoutOf(const http::RequestHead& head,
                                                            std::chrono::milliseconds cap);

}  // namespace gateway

#endif  // GATEWAY_API_CONTROLLERS_KAFKA_CONTROLLER_H_
