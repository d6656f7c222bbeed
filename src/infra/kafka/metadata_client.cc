#include "kafka/metadata_client.h"

#include <algorithm>
#include <array>
#include <utility>

namespace gateway {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

// A look-up is a row of shorter ones, so that Cancel is noticed; the connection goes on being made
// between them.
constexpr milliseconds kSlice{1'000};

TopicLookup::Answer AnswerOf(const rd_kafka_metadata_t& metadata) {
  using Answer = TopicLookup::Answer;
  if (metadata.topic_cnt != 1) return Answer::kNotFound;
  const rd_kafka_metadata_topic_t& topic = metadata.topics[0];
  // A partition without a leader is librdkafka's to wait for.
  if (topic.partition_cnt > 0 && topic.err != RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART &&
      topic.err != RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED) {
    return Answer::kFound;
  }
  if (topic.err == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED) return Answer::kForbidden;
  if (topic.err == RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION) return Answer::kIllegalName;
  return Answer::kNotFound;
}

}  // namespace

rd_kafka_t* MetadataClient::Instance() {
  if (client_ != nullptr && names_ < options_.names_per_instance) return client_.get();
  client_.reset();
  names_ = 0;
  Result<RdConf, std::string> conf = make_conf_();
  if (!conf.ok()) return nullptr;
  std::array<char, 256> text{};
  client_.reset(rd_kafka_new(RD_KAFKA_PRODUCER, conf.value().get(), text.data(), text.size()));
  if (client_ != nullptr) (void)conf.value().release();
  return client_.get();
}

TopicLookup::Answer MetadataClient::Find(const std::string& name) {
  rd_kafka_t* client = Instance();
  if (client == nullptr) return Answer::kUnavailable;
  ++names_;
  const RdTopic topic(rd_kafka_topic_new(client, name.c_str(), nullptr));
  if (topic == nullptr) return Answer::kIllegalName;
  const Clock::time_point end = Clock::now() + options_.timeout;
  while (!cancelled_.load(std::memory_order_relaxed)) {
    const auto left = std::chrono::duration_cast<milliseconds>(end - Clock::now());
    if (left <= milliseconds(0)) break;
    const Answer answer = Ask(client, topic.get(), std::min(left, kSlice));
    if (answer != Answer::kUnavailable) return answer;
  }
  return Answer::kUnavailable;
}

TopicLookup::Answer MetadataClient::Ask(rd_kafka_t* client, rd_kafka_topic_t* topic,
                                        milliseconds timeout) {
  const rd_kafka_metadata_t* raw = nullptr;
  const rd_kafka_resp_err_t error =
      rd_kafka_metadata(client, 0, topic, &raw, static_cast<int>(timeout.count()));
  const RdMetadata metadata(raw);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR || metadata == nullptr) return Answer::kUnavailable;
  return AnswerOf(*metadata);
}

bool MetadataClient::BrokerAnswers(milliseconds timeout) {
  rd_kafka_t* client = Instance();
  if (client == nullptr) return false;
  // Asked before any topic: the request names none, so it cannot create one either.
  const rd_kafka_metadata_t* raw = nullptr;
  const rd_kafka_resp_err_t error =
      rd_kafka_metadata(client, 0, nullptr, &raw, static_cast<int>(timeout.count()));
  const RdMetadata metadata(raw);
  return error == RD_KAFKA_RESP_ERR_NO_ERROR && metadata != nullptr && metadata->broker_cnt > 0;
}

}  // namespace gateway
