// Accounts for one request when it ends: metrics, a line of the access log, a span. Collects their
// fields while the request is processed, and writes them exactly once. Owned by the request's
// Exchange. Not thread-safe: used by the thread of the request until it has been answered, then by
// the thread that ends it.
#ifndef GATEWAY_API_PIPELINE_ACCOUNTING_H_
#define GATEWAY_API_PIPELINE_ACCOUNTING_H_

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "api/pipeline/access_log.h"
#include "api/pipeline/request_context.h"
#include "service/ports/clock.h"
#include "service/ports/http_metrics.h"
#include "service/ports/produce_metrics.h"
#include "service/ports/tracer.h"

namespace gateway {

class Accounting final {
 public:
  Accounting(const AccessLog& access_log, HttpMetrics& metrics, const Clock& clock)
      : access_log_(access_log), metrics_(metrics), clock_(clock) {
    metrics_.OnRequestStarted();
  }

  // The span of kind SERVER of this request; null if none is recorded.
  void set_span(std::unique_ptr<Span> span) { span_ = std::move(span); }
  const Span* span() const { return span_.get(); }

  // The size of the body as sent by the client, before decoding.
  void set_request_bytes(std::size_t bytes) { request_bytes_ = bytes; }
  // The records that the request sends. `topic`: "" if there are several. `batch_size`: 0 if it is
  // not a batch.
  void set_records(std::string_view topic, std::size_t batch_size) {
    topic_ = AccessLog::Bounded(topic);
    batch_size_ = batch_size;
  }
  // Its records were sent: its time counts as LatencyStage::kTotal in `metrics`, which outlives it.
  void set_sent(ProduceMetrics& metrics) { sent_to_ = &metrics; }

  // The request has ended with an answer, or (EndUnanswered) because the client went away before
  // its answer. The first call counts.
  void End(const RequestContext& context, int status, std::string_view error_type,
           std::size_t response_bytes);
  void EndUnanswered(const RequestContext& context);

 private:
  void EndSpan(const RequestContext& context, int status, std::string_view error_type,
               std::size_t response_bytes);

  const AccessLog& access_log_;
  HttpMetrics& metrics_;
  const Clock& clock_;
  bool ended_ = false;
  ProduceMetrics* sent_to_ = nullptr;  // null: it sent no records
  std::size_t request_bytes_ = 0;
  std::string topic_;
  std::size_t batch_size_ = 0;
  std::unique_ptr<Span> span_;
};

}  // namespace gateway

#endif  // GATEWAY_API_PIPELINE_ACCOUNTING_H_
