#include "send_spans.h"

#include <algorithm>
#include <cstdint>
#include <string>

#include "dto/keep_headers.h"
#include "problem.h"

namespace gateway {

namespace {

// What a span may be called: a topic that the cluster could have. The rest is refused soon, and
// must not wait for its export at whatever length it came.
std::string_view TopicOf(const Record& record) {
  return IsLegalTopicName(record.topic) ? record.topic : std::string_view();
}

}  // namespace

SendSpans::Ptr SendSpans::Start(Tracer* tracer, const Span* server, bool single,
                                const RecordLimits& limits, RecordBatch& batch) {
  if (tracer == nullptr || server == nullptr || batch.records.empty()) return nullptr;
  auto spans = std::make_shared<SendSpans>();
  for (const Record& record : batch.records) {
    const std::string_view topic = TopicOf(record);
    Send* send = spans->Find(topic);
    if (send == nullptr) {
      const bool full = spans->sends_.size() == kMaxTopics;
      send = &spans->Add(*tracer, *server, full ? std::string_view() : topic, batch);
    }
    ++send->records;
  }
  spans->limits_ = limits;
  spans->Describe(single, batch.records.front());
  return spans;
}

SendSpans::Send& SendSpans::Add(Tracer& tracer, const Span& server, std::string_view topic,
                                RecordBatch& batch) {
  std::string name = "send";
  if (!topic.empty()) name.append(" ").append(topic);
  Send& send = sends_.emplace_back();
  send.topic = topic;
  send.span = tracer.StartProducer(name, server);
  Span& span = *send.span;
  std::vector<Header> headers = {{"traceparent", batch.Keep(span.context().traceparent())}};
  if (!span.tracestate().empty()) {
    headers.push_back({"tracestate", batch.Keep(span.tracestate())});
  }
  send.headers = KeepHeaders(headers, &batch);
  for (const Header& header : headers) send.bytes += header.name.size() + header.value->size();
  span.Set("messaging.system", "kafka");
  span.Set("messaging.operation.name", "send");
  span.Set("messaging.operation.type", "send");
  if (!topic.empty()) span.Set("messaging.destination.name", topic);
  return send;
}

void SendSpans::Describe(bool single, const Record& first) {
  single_ = single;
  for (Send& send : sends_) {
    if (!single) send.span->Set("messaging.batch.message_count", send.records);
  }
  if (single && !first.value) sends_.front().span->Set("messaging.kafka.message.tombstone", true);
}

SendSpans::Send* SendSpans::Find(std::string_view topic) {
  const auto found = std::find_if(sends_.begin(), sends_.end(),
                                  [topic](const Send& send) { return send.topic == topic; });
  if (found != sends_.end()) return &*found;
  return sends_.size() > kMaxTopics ? &sends_.back() : nullptr;
}

std::span<const Header> SendSpans::TraceOf(const Record& record,
                                           std::span<const Header> rest) const {
  const std::string_view topic = TopicOf(record);
  const auto own = std::find_if(sends_.begin(), sends_.end(),
                                [topic](const Send& send) { return send.topic == topic; });
  const Send& send = own == sends_.end() ? sends_.back() : *own;
  std::size_t bytes = record.PayloadBytes() + send.bytes;
  for (const Header& header : rest) bytes += header.name.size() + header.value->size();
  const bool fits =
      record.headers.size() + send.headers.size() + rest.size() <= limits_.max_headers &&
      bytes <= limits_.max_record_bytes;
  return fits ? send.headers : std::span<const Header>();
}

void SendSpans::Refuse(std::string_view error_type) {
  for (Send& send : sends_) {
    send.span->Fail(error_type);
    send.span.reset();
  }
}

void SendSpans::End(const ProduceBatch& batch) {
  for (std::size_t i = 0; i < batch.size(); ++i) {
    const DeliveryReport& outcome = batch.outcome(i);
    if (outcome.ok()) continue;
    Send& send = *Find(TopicOf(batch.record(i)));
    if (send.error_type.empty()) {
      send.error_type = InfoOf(FromErrorCode(outcome.error().code)).code;
    }
  }
  if (single_ && batch.outcome(0).ok()) {
    const RecordMetadata& stored = batch.outcome(0).value();
    Span& span = *sends_.front().span;
    span.Set("messaging.destination.partition.id",
             std::string_view(std::to_string(stored.partition)));
    if (stored.offset) span.Set("messaging.kafka.offset", std::int64_t{*stored.offset});
  }
  for (Send& send : sends_) {
    if (!send.error_type.empty()) send.span->Fail(send.error_type);
    send.span.reset();
  }
}

}  // namespace gateway
