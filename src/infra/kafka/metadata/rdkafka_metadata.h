// The MetadataSource of a real cluster, with two metadata clients. A librdkafka client never
// forgets a topic that it was asked for, and names it in every request for several topics.
// Therefore unknown names never reach the producing clients, and each metadata client is replaced
// after a number of names. One looks up new names and the other refreshes the known topics, so that
// no request names both. Owned by KafkaProducer; one thread, except for Cancel, Renew
// and SetCredentials.
#ifndef GATEWAY_INFRA_KAFKA_METADATA_RDKAFKA_METADATA_H_
#define GATEWAY_INFRA_KAFKA_METADATA_RDKAFKA_METADATA_H_

#include <chrono>
#include <cstddef>
#include <string>
#include <unordered_map>
#include <vector>

#include "infra/kafka/client/handles.h"
#include "infra/kafka/client/sasl_credentials.h"
#include "infra/kafka/metadata/metadata_client.h"
#include "infra/kafka/metadata/metadata_source.h"
#include "infra/kafka/metadata/min_isr_cache.h"

namespace gateway {

class RdkafkaMetadata final : public MetadataSource {
 public:
  struct Options {
    std::chrono::milliseconds timeout{5'000};  // of one look-up, when no broker answers
    // The number of unknown names after which a client is replaced.
    std::size_t names_per_client = 200;
    bool min_in_sync = true;  // false: the brokers do not say (the embedded one)
  };

  // `clock` must outlive this.
  RdkafkaMetadata(const MetadataClient::MakeConf& make_conf, Options options, const Clock& clock);

  Replies Lookup(const std::vector<std::string>& names) override;
  Replies Refresh(const std::vector<std::string>& topics) override;
  bool BrokerAnswers(std::chrono::milliseconds timeout) override;
  void Cancel() override;
  // See MetadataClient. Any thread.
  void Renew();
  void SetCredentials(const SaslCredentials& credentials);

 private:
  struct Client {
    Client(const MetadataClient::MakeConf& make_conf, const Clock& clock)
        : client(make_conf, clock) {}

    MetadataClient client;
    std::unordered_map<std::string, RdTopic> topics;  // named in every request
    std::size_t names = 0;                            // about how many it remembers
  };

  static rd_kafka_t* HandleOf(Client* client, std::size_t most_names);
  Reply ReplyOf(const rd_kafka_metadata_topic_t& topic) const;
  std::vector<Reply> RepliesOf(rd_kafka_t* client, const rd_kafka_metadata_t& metadata,
                               const std::vector<std::string>& names);

  const Options options_;
  Client looking_up_;
  Client refreshing_;
  MinIsrCache min_isr_;
};

}  // namespace gateway

#endif  // GATEWAY_INFRA_KAFKA_METADATA_RDKAFKA_METADATA_H_
