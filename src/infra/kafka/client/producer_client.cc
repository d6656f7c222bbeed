#include "infra/kafka/client/producer_client.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include "infra/kafka/client/client_config.h"

namespace gateway {
namespace {

// Below this size of the value a copy is cheaper than letting librdkafka reference the body.
constexpr std::size_t kCopyBelow = 2'048;
constexpr std::uint64_t kOne = 1;  // librdkafka writes it to the eventfd

struct Bytes {
  const void* data;
  std::size_t size;
};

// librdkafka distinguishes null from empty by the pointer, which an empty string_view may lack.
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

Result<std::shared_ptr<ProducerClient>, std::string> ProducerClient::Create(RdConf conf) {
  Result<RdClient, std::string> client = MakeKafkaClient(std::move(conf));
  if (!client.ok()) return "Kafka: librdkafka cannot start: " + client.error() + ".";
  return std::shared_ptr<ProducerClient>(new ProducerClient(std::move(client).value()));
}

ProducerClient::ProducerClient(RdClient handle)
    : handle_(std::move(handle)), queue_(rd_kafka_queue_get_main(handle_.get())) {
  rd_kafka_set_log_queue(handle_.get(), queue_.get());
}

// The eventfd may be gone before librdkafka's threads are.
ProducerClient::~ProducerClient() { rd_kafka_queue_io_event_enable(queue_.get(), -1, nullptr, 0); }

void ProducerClient::WakeOnEvents(int wake) {
  rd_kafka_queue_io_event_enable(queue_.get(), wake, &kOne, sizeof kOne);
}

rd_kafka_topic_t* ProducerClient::Topic(const std::string& name) {
  const MutexLock lock(mutex_);
  const auto found = topics_.find(name);
  if (found != topics_.end()) return found->second.get();
  RdTopic topic(rd_kafka_topic_new(handle_.get(), name.c_str(), nullptr));
  if (!topic) return nullptr;
  return topics_.emplace(name, std::move(topic)).first->second.get();
}

bool ProducerClient::in_use() const {
  const MutexLock lock(mutex_);
  return !topics_.empty();
}

bool ProducerClient::LearnPartitions(const std::string& name, Partition partitions,
                                     std::chrono::steady_clock::time_point until) {
  rd_kafka_topic_t* topic = nullptr;
  {
    const MutexLock lock(mutex_);
    const auto found = topics_.find(name);
    if (found == topics_.end()) return true;
    topic = found->second.get();
  }
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
      until - std::chrono::steady_clock::now());
  const rd_kafka_metadata_t* raw = nullptr;
  rd_kafka_metadata(handle_.get(), 0, topic, &raw,
                    static_cast<int>(std::max<std::int64_t>(left.count(), 0)));
  const RdMetadata metadata(raw);  // librdkafka has stored it; null if no broker answered
  return metadata != nullptr && metadata->topic_cnt == 1 &&
         metadata->topics[0].partition_cnt >= partitions;
}

rd_kafka_resp_err_t ProducerClient::Produce(rd_kafka_topic_t* topic, Partition partition,
                                            PendingRecord* pending) {
  const Record& record = pending->record();
  const Bytes key = BytesOf(record.key);
  const Bytes value = BytesOf(record.value);
  RdHeaders headers = HeadersOf(record);
  const int flags = value.size < kCopyBelow ? RD_KAFKA_MSG_F_COPY : 0;
  // The macros RD_KAFKA_V_... are these tags with old-style casts. Each argument must have exactly
  // the type that its tag requires.
  const rd_kafka_resp_err_t error = rd_kafka_producev(
      handle_.get(), RD_KAFKA_VTYPE_RKT, topic, RD_KAFKA_VTYPE_PARTITION,
      static_cast<std::int32_t>(partition), RD_KAFKA_VTYPE_MSGFLAGS, flags, RD_KAFKA_VTYPE_VALUE,
      value.data, value.size, RD_KAFKA_VTYPE_KEY, key.data, key.size, RD_KAFKA_VTYPE_TIMESTAMP,
      static_cast<std::int64_t>(record.timestamp.value_or(0)), RD_KAFKA_VTYPE_OPAQUE,
      static_cast<void*>(pending), RD_KAFKA_VTYPE_HEADERS, headers.get(), RD_KAFKA_VTYPE_END);
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR) (void)headers.release();  // librdkafka's now
  return error;
}

}  // namespace gateway
