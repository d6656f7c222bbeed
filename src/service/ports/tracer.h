// The port for recording spans. `api` decides what a trace consists of; an implementation batches
// and exports on its own threads and never blocks its caller. A span belongs to one request and is
// used by one thread at a time.
#ifndef GATEWAY_SERVICE_PORTS_TRACER_H_
#define GATEWAY_SERVICE_PORTS_TRACER_H_

#include <cstdint>
#include <memory>
#include <string_view>
#include <variant>

#include "service/tracing/trace_context.h"

namespace gateway {

using SpanValue = std::variant<std::string_view, std::int64_t, bool>;

class Span {
 public:
  virtual ~Span() = default;  // ends it

  virtual const TraceContext& context() const = 0;
  // The value of the `tracestate` header that goes with it; "" if there is none.
  virtual std::string_view tracestate() const = 0;
  // Values are copied; names follow OpenTelemetry's conventions.
  virtual void Set(std::string_view name, SpanValue value) = 0;
  // The work failed: sets the attribute `error.type` and the status Error.
  virtual void Fail(std::string_view error_type) = 0;
};

class Tracer {
 public:
  virtual ~Tracer() = default;

  // False if no request is ever sampled: then no span needs to be prepared.
  virtual bool enabled() const { return true; }
  // A span of kind SERVER that begins now. `parent` is the context of the request, null if it has
  // none. Returns null if the request is not sampled.
  virtual std::unique_ptr<Span> StartServer(std::string_view name, const TraceContext* parent,
                                            std::string_view tracestate) = 0;
  // A span of kind PRODUCER below `parent`, a span of this tracer. Never null.
  virtual std::unique_ptr<Span> StartProducer(std::string_view name, const Span& parent) = 0;
};

// The tracer of a gateway that records no spans: it samples no request. Never destroyed.
Tracer& NoTracer();

}  // namespace gateway

#endif  // GATEWAY_SERVICE_PORTS_TRACER_H_
