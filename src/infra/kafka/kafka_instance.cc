#include "kafka/kafka_instance.h"

#include <utility>

#include "kafka/kafka_conf.h"

namespace gateway {
namespace {

// Below this many bytes of value a copy is cheaper than keeping librdkafka's hands on the body.
constexpr std::size_t kCopyBelow = 2'048;

struct Bytes {
  const void* data;
  std::size_t size;
};

// librdkafka tells null from empty by the pointer, and an empty string_view may have none.
Bytes BytesOf(const std::optional<std::string_view>& bytes) {
  if (!bytes) return {nullptr, 0};
  return {bytes->empty() ? "" : bytes->data(), bytes->size()};
}

RdHeaders HeadersOf(const Record& record) {
  if (record.headers.empty()) return nullptr;
  RdHeaders headers(rd_kafka_headers_new(record.headers.size()));
  for (const Header& header : record.headers) {
    const Bytes value = BytesOf(header.value);
    rd_kafka_header_add(headers.get(), header.name.empty() ? "" : header.name.data(),
                        static_cast<ssize_t>(header.name.size()), value.data,
                        static_cast<ssize_t>(value.size));
  }
  return headers;
}

}  // namespace

Result<std::shared_ptr<KafkaInstance>, std::string> KafkaInstance::Create(RdConf conf) {
  Result<RdClient, std::string> client = MakeKafkaClient(std::move(conf));
  if (!client.ok()) return std::move(client).error();
  return std::shared_ptr<KafkaInstance>(new KafkaInstance(std::move(client).value()));
}

KafkaInstance::KafkaInstance(RdClient client)
    : client_(std::move(client)), queue_(rd_kafka_queue_get_main(client_.get())) {
  rd_kafka_set_log_queue(client_.get(), queue_.get());
}

// Members go in the order that librdkafka wants: topics, queue, instance.
KafkaInstance::~KafkaInstance() = default;

rd_kafka_topic_t* KafkaInstance::OpenTopic(const std::string& name) {
  RdTopic topic(rd_kafka_topic_new(client_.get(), name.c_str(), nullptr));
  if (topic == nullptr) return nullptr;
  const std::lock_guard lock(topics_mutex_);
  topics_.push_back(std::move(topic));
  return topics_.back().get();
}

void KafkaInstance::RefreshTopic(rd_kafka_topic_t* topic, std::chrono::milliseconds timeout) {
  const rd_kafka_metadata_t* raw = nullptr;
  rd_kafka_metadata(client_.get(), 0, topic, &raw, static_cast<int>(timeout.count()));
  const RdMetadata metadata(raw);  // librdkafka has taken note of it; null if nobody answered
}

rd_kafka_resp_err_t KafkaInstance::Produce(rd_kafka_topic_t* topic, Partition partition,
                                           PendingRecord* pending) {
  const Record& record = pending->record();
  const Bytes key = BytesOf(record.key);
  const Bytes value = BytesOf(record.value);
  RdHeaders headers = HeadersOf(record);
  const int flags = value.size < kCopyBelow ? RD_KAFKA_MSG_F_COPY : 0;
  // The macros RD_KAFKA_V_... are these tags with old-style casts. Each argument has the very type
  // that the tag asks for.
  const rd_kafka_resp_err_t error = rd_kafka_producev(
      client_.get(), RD_KAFKA_VTYPE_RKT, topic, RD_KAFKA_VTYPE_PARTITION,
      static_cast<std::int32_t>(partition), RD_KAFKA_VTYPE_MSGFLAGS, flags, RD_KAFKA_VTYPE_VALUE,
      value.data, value.size, RD_KAFKA_VTYPE_KEY, key.data, key.size, RD_KAFKA_VTYPE_TIMESTAMP,
      static_cast<std::int64_t>(record.timestamp.value_or(0)), RD_KAFKA_VTYPE_OPAQUE,
      static_cast<void*>(pending), RD_KAFKA_VTYPE_HEADERS, headers.get(), RD_KAFKA_VTYPE_END);
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR) (void)headers.release();  // librdkafka's now
  return error;
}

RdEvent KafkaInstance::Poll(std::chrono::milliseconds timeout) {
  return RdEvent(rd_kafka_queue_poll(queue_.get(), static_cast<int>(timeout.count())));
}

void KafkaInstance::WakePoll() { rd_kafka_queue_yield(queue_.get()); }

void KafkaInstance::Flush(std::chrono::milliseconds timeout) {
  rd_kafka_flush(client_.get(), static_cast<int>(timeout.count()));
}

void KafkaInstance::Purge() {
  rd_kafka_purge(client_.get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
}

}  // namespace gateway
