#include "support/cpp/kafka_test_support.h"

#include <array>
#include <stdexcept>

namespace gateway::testing {
namespace {

std::optional<std::string> Copy(const void* data, std::size_t size) {
  if (data == nullptr) return std::nullopt;
  return std::string(static_cast<const char*>(data), size);
}

// Not inlined, so that tests/support/cpp/tsan.supp finds ReadBack on the stack.
[[gnu::noinline]] ReadRecord Read(const rd_kafka_message_t& message) {
  ReadRecord record;
  record.partition = message.partition;
  record.offset = message.offset;
  record.timestamp = rd_kafka_message_timestamp(&message, nullptr);
  record.key = Copy(message.key, message.key_len);
  record.value = Copy(message.payload, message.len);
  rd_kafka_headers_t* headers = nullptr;
  if (rd_kafka_message_headers(&message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR) return record;
  const char* name = nullptr;
  const void* value = nullptr;
  std::size_t size = 0;
  for (std::size_t i = 0;
       rd_kafka_header_get_all(headers, i, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR;
       ++i) {
    record.headers.emplace_back(name, Copy(value, size));
  }
  return record;
}

}  // namespace

std::string PropertyOf(rd_kafka_t* client, const char* name) {
  std::array<char, 512> value{};
  std::size_t size = value.size();
  const auto found = rd_kafka_conf_get(rd_kafka_conf(client), name, value.data(), &size);
  return found == RD_KAFKA_CONF_OK ? value.data() : "";
}

std::vector<ReadRecord> ReadBack(const std::string& bootstrap, const std::string& topic,
                                 Partition partition, std::size_t count) {
  std::array<char, 256> text{};
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  rd_kafka_conf_set(conf, "bootstrap.servers", bootstrap.c_str(), text.data(), text.size());
  rd_kafka_conf_set(conf, "fetch.wait.max.ms", "50", text.data(), text.size());
  rd_kafka_conf_set_log_cb(conf, nullptr);
  const RdClient consumer(rd_kafka_new(RD_KAFKA_CONSUMER, conf, text.data(), text.size()));
  const RdTopic handle(rd_kafka_topic_new(consumer.get(), topic.c_str(), nullptr));
  rd_kafka_consume_start(handle.get(), partition, RD_KAFKA_OFFSET_BEGINNING);
  std::vector<ReadRecord> records;
  const auto end = std::chrono::steady_clock::now() + kHang;
  while (records.size() < count && std::chrono::steady_clock::now() < end) {
    rd_kafka_message_t* message = rd_kafka_consume(handle.get(), partition, 1'000);
    if (message == nullptr) continue;
    if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) records.push_back(Read(*message));
    rd_kafka_message_destroy(message);
  }
  rd_kafka_consume_stop(handle.get(), partition);
  return records;
}

EmbeddedKafka::EmbeddedKafka(const std::function<void(KafkaProducer::Options&)>& adjust) {
  auto broker = EmbeddedBroker::Start(logger);
  if (!broker.ok()) throw std::runtime_error(broker.error());
  broker_ = std::move(broker).value();
  KafkaProducer::Options options;
  options.kafka.bootstrap_servers = broker_->bootstrap_servers();
  options.embedded = true;
  if (adjust) adjust(options);
  auto producer = KafkaProducer::Create(std::move(options), logger, metrics, clock);
  if (!producer.ok()) throw std::runtime_error(producer.error());
  producer_ = std::move(producer).value();
}

}  // namespace gateway::testing
