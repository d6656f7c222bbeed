// The MetadataSource of a real cluster: two separate librdkafka instances, not idempotent, that
// never produce. A librdkafka instance remembers every requested name, and includes it in every
// request for several topics. Therefore unknown names must not reach the producing instance, new
// names are not requested together with all known ones, and both instances are replaced after a
// number of names.
#ifndef GATEWAY_INFRA_KAFKA_METADATA_RDKAFKA_METADATA_H_
#define GATEWAY_INFRA_KAFKA_METADATA_RDKAFKA_METADATA_H_

#include <atomic>
#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "infra/kafka/client/handles.h"
#include "infra/kafka/metadata/metadata_source.h"
#include "infra/kafka/metadata/min_isr_cache.h"
#include "service/types/result.h"

namespace gateway {

class RdkafkaMetadata final : public MetadataSource {
 public:
  struct Options {
    std::chrono::milliseconds timeout{5'000};  // of one look-up, when no broker answers
    std::size_t names_per_instance = 200;      // in addition to known topics; then a new instance
    bool min_in_sync = true;  // false: the brokers do not support it (the embedded one)
  };
  // Makes the configuration of a new instance (KafkaClientKind::kLookup).
  using MakeConf = std::function<Result<RdConf, std::string>()>;

  RdkafkaMetadata(MakeConf make_conf, Options options)
      : make_conf_(std::move(make_conf)), options_(options) {}

  Replies Lookup(const std::vector<std::string>& names) override;
  Replies Refresh(const std::vector<std::string>& topics) override;
  bool BrokerAnswers(std::chrono::milliseconds timeout) override;
  void Cancel() override { cancelled_.store(true, std::memory_order_relaxed); }

 private:
  struct Client {
    RdClient handle;
    std::unordered_map<std::string, RdTopic> topics;  // that are part of every request
    std::size_t names = 0;                            // approximate number of remembered names
  };

  rd_kafka_t* HandleOf(Client* client, std::size_t most_names) const;
  Reply ReplyOf(const rd_kafka_metadata_topic_t& topic) const;
  std::vector<Reply> RepliesOf(rd_kafka_t* client, const rd_kafka_metadata_t& metadata,
                               const std::vector<std::string>& names);
  static RdMetadata Ask(rd_kafka_t* client, rd_kafka_topic_t* topic,
                        std::chrono::milliseconds timeout);

  const MakeConf make_conf_;
  const Options options_;
  std::atomic<bool> cancelled_{false};
  Client looking_up_;
  Client refreshing_;
  MinIsrCache min_isr_;
};

}  // namespace gateway

#endif  // GATEWAY_INFRA_KAFKA_METADATA_RDKAFKA_METADATA_H_
