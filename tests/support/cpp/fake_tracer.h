// Records spans, so that a test can check them.
#ifndef GATEWAY_TESTS_SUPPORT_CPP_FAKE_TRACER_H_
#define GATEWAY_TESTS_SUPPORT_CPP_FAKE_TRACER_H_

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "service/ports/tracer.h"

namespace gateway::testing {

class FakeTracer final : public Tracer {
 public:
  struct Seen {
    std::string name;
    std::string parent;  // its traceparent; "" if there is none
    std::string traceparent;
    std::string tracestate;
    bool producer = false;
    bool ended = false;
    std::string error;
    std::map<std::string, std::string> attributes;
  };

  std::unique_ptr<Span> StartServer(std::string_view name, const TraceContext* parent,
                                    std::string_view tracestate) override {
    if (!samples) return nullptr;
    Seen seen;
    seen.parent = parent == nullptr ? "" : parent->traceparent();
    seen.tracestate = tracestate;
    return Start(name, std::move(seen));
  }
  std::unique_ptr<Span> StartProducer(std::string_view name, const Span& parent) override {
    Seen seen;
    seen.parent = parent.context().traceparent();
    seen.tracestate = parent.tracestate();
    seen.producer = true;
    return Start(name, std::move(seen));
  }

  bool samples = true;
  std::deque<Seen> spans;  // in the order in which they began

 private:
  class FakeSpan final : public Span {
   public:
    explicit FakeSpan(Seen* seen)
        : seen_(*seen), context_(*TraceContext::Parse(seen->traceparent)) {}
    ~FakeSpan() override { seen_.ended = true; }
    const TraceContext& context() const override { return context_; }
    std::string_view tracestate() const override { return seen_.tracestate; }
    void Set(std::string_view name, SpanValue value) override {
      std::string& text = seen_.attributes[std::string(name)];
      if (const auto* is = std::get_if<std::string_view>(&value)) text = *is;
      if (const auto* is = std::get_if<std::int64_t>(&value)) text = std::to_string(*is);
      if (const auto* is = std::get_if<bool>(&value)) text = *is ? "true" : "false";
    }
    void Fail(std::string_view error_type) override { seen_.error = error_type; }

   private:
    Seen& seen_;
    const TraceContext context_;
  };

  // In the trace of its parent; the number of the span is its id.
  std::unique_ptr<Span> Start(std::string_view name, Seen seen) {
    const std::string trace_id =
        seen.parent.empty() ? std::string(32, 'a') : seen.parent.substr(3, 32);
    const std::string number = std::to_string(spans.size() + 1);
    seen.name = name;
    seen.traceparent =
        "00-" + trace_id + "-" + std::string(16 - number.size(), '0') + number + "-01";
    spans.push_back(std::move(seen));
    return std::make_unique<FakeSpan>(&spans.back());
  }
};

}  // namespace gateway::testing

#endif  // GATEWAY_TESTS_SUPPORT_CPP_FAKE_TRACER_H_
