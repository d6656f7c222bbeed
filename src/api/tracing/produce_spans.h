// The spans of kind PRODUCER of one request: "send {topic}" per topic that it writes to, with the
// context that its records carry into Kafka, so that consumers can link to it. They begin before
// the records are sent and end when all outcomes are known, or at the deadline. Start and Refuse:
// the request's thread; End: the thread that completes the batch, once.
#ifndef GATEWAY_API_TRACING_PRODUCE_SPANS_H_
#define GATEWAY_API_TRACING_PRODUCE_SPANS_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "api/tracing/propagated_headers.h"
#include "service/ports/tracer.h"
#include "service/produce/produce_operation.h"
#include "service/produce/record_validation.h"
#include "service/types/record.h"

namespace gateway {

class ProduceSpans final : public SpanHeaderSource {
 public:
  using Ptr = std::shared_ptr<ProduceSpans>;

  // Maximum number of topics with their own span; records of further topics share one named "send".
  static constexpr std::size_t kMaxTopics = 16;

  // Never null; empty if `server` is null, because this request is not recorded. The trace headers
  // are in the arena of `batch`.
  static Ptr Start(Tracer& tracer, const Span* server, bool single, const RecordLimits& limits,
                   RequestRecords& batch);

  bool empty() const { return sends_.empty(); }

  // Returns no headers if they and `rest` would push the record over a limit, because the client
  // did not ask for them.
  std::span<const Header> TraceOf(const Record& record,
                                  std::span<const Header> rest) const override;

  // No record was sent.
  void Refuse(std::string_view error_type);
  void End(const ProduceOperation& batch);

 private:
  struct Send {
    std::string_view topic;  // "": several; in the batch, like the headers
    std::unique_ptr<Span> span;
    std::span<const Header> headers{};
    std::size_t bytes = 0;  // of the headers
    std::int64_t records = 0;
    std::string_view error_type{};  // of the first record that failed
  };

  // The index in sends_; its size if the topic has no span yet.
  std::size_t Find(std::string_view topic) const;
  void Add(Tracer& tracer, const Span& server, std::string_view topic, RequestRecords& batch);
  void Describe(bool single, const Record& first);

  bool single_ = true;
  RecordLimits limits_;
  std::vector<Send> sends_;  // when full, the last one is for all other topics
};

}  // namespace gateway

#endif  // GATEWAY_API_TRACING_PRODUCE_SPANS_H_
