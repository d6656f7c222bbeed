#include "api/tracing/produce_spans.h"

#include <algorithm>
#include <cstdint>
#include <string>

#include "api/problem/problem.h"

namespace gateway {
namespace {

// The topic for a span's name; "" if it is not legal. A record of such a topic will be refused, and
// a text of arbitrary length must not be exported.
std::string_view TopicOf(const Record& record) {
  return IsLegalTopicName(record.topic) ? record.topic : std::string_view();
}

}  // namespace

ProduceSpans::Ptr ProduceSpans::Start(Tracer& tracer, const Span* server, bool single,
                                      const RecordLimits& limits, RequestRecords& batch) {
  static ProduceSpans none;  // for all requests that are not recorded; not reference-counted
  if (server == nullptr || batch.records.empty()) return {Ptr(), &none};
  auto spans = std::make_shared<ProduceSpans>();
  for (const Record& record : batch.records) {
    const std::string_view topic = TopicOf(record);
    const std::size_t place = spans->Find(topic);
    if (place == spans->sends_.size()) {
      spans->Add(tracer, *server, place == kMaxTopics ? std::string_view() : topic, batch);
    }
    ++spans->sends_[place].records;
  }
  spans->limits_ = limits;
  spans->Describe(single, batch.records.front());
  return spans;
}

void ProduceSpans::Add(Tracer& tracer, const Span& server, std::string_view topic,
                       RequestRecords& batch) {
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
  send.headers = batch.Keep(headers);
  send.bytes = HeaderBytes(headers);
  span.Set("messaging.system", "kafka");
  span.Set("messaging.operation.name", "send");
  span.Set("messaging.operation.type", "send");
  if (!topic.empty()) span.Set("messaging.destination.name", topic);
}

void ProduceSpans::Describe(bool single, const Record& first) {
  single_ = single;
  for (Send& send : sends_) {
    if (!single) send.span->Set("messaging.batch.message_count", send.records);
  }
  if (single && !first.value) sends_.front().span->Set("messaging.kafka.message.tombstone", true);
}

std::size_t ProduceSpans::Find(std::string_view topic) const {
  std::size_t place = 0;
  while (place < sends_.size() && sends_[place].topic != topic) ++place;
  return std::min(place, kMaxTopics);
}

std::span<const Header> ProduceSpans::TraceOf(const Record& record,
                                              std::span<const Header> rest) const {
  const Send& send = sends_[Find(TopicOf(record))];
  const std::size_t bytes = record.PayloadBytes() + send.bytes + HeaderBytes(rest);
  const bool fits =
      record.headers.size() + send.headers.size() + rest.size() <= limits_.max_headers &&
      bytes <= limits_.max_record_bytes;
  return fits ? send.headers : std::span<const Header>();
}

void ProduceSpans::Refuse(std::string_view error_type) {
  for (Send& send : sends_) {
    send.span->Fail(error_type);
    send.span.reset();
  }
}

void ProduceSpans::End(const ProduceOperation& batch) {
  if (empty()) return;
  for (std::size_t i = 0; i < batch.size(); ++i) {
    const DeliveryReport& outcome = batch.outcome(i);
    if (outcome.ok()) continue;
    Send& send = sends_[Find(TopicOf(batch.record(i)))];
    if (send.error_type.empty()) {
      send.error_type = InfoOf(outcome.error()).code;
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
