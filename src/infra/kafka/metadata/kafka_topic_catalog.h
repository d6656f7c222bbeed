// The TopicCatalog of a real cluster. The thread "kafka-catalog" requests the metadata of all
// topics when a caller needs it and the last answer is older than a second. Callers that arrive
// during the request get the same answer. Owned by Gateway; any thread may call List.
#ifndef GATEWAY_INFRA_KAFKA_METADATA_KAFKA_TOPIC_CATALOG_H_
#define GATEWAY_INFRA_KAFKA_METADATA_KAFKA_TOPIC_CATALOG_H_

#include <chrono>
#include <cstddef>
#include <thread>
#include <utility>
#include <vector>

#include "infra/kafka/client/sasl_credentials.h"
#include "infra/kafka/metadata/metadata_client.h"
#include "service/ports/topic_catalog.h"
#include "service/types/mutex.h"
#include "service/types/result.h"

namespace gateway {

class KafkaTopicCatalog final : public TopicCatalog {
 public:
  struct Options {
    std::chrono::milliseconds timeout{3'000};  // when no broker answers
    std::chrono::milliseconds fresh_for{1'000};
    std::size_t max_waiting = 1'000;  // callers; beyond: kOverloaded
  };

  // `clock` must outlive the catalog.
  KafkaTopicCatalog(MetadataClient::MakeConf make_conf, Options options, const Clock& clock);
  // Answers kDraining to the callers that wait. Takes up to a second when no broker answers.
  ~KafkaTopicCatalog() override;
  KafkaTopicCatalog(const KafkaTopicCatalog&) = delete;
  KafkaTopicCatalog& operator=(const KafkaTopicCatalog&) = delete;

  void List(Callback done) override;
  // See MetadataClient. Any thread.
  void Renew() { client_.Renew(); }
  void SetCredentials(SaslCredentials credentials) {
    client_.SetCredentials(std::move(credentials));
  }

 private:
  void Run();
  Result<Topics> Ask();

  const Options options_;
  const Clock& clock_;
  MetadataClient client_;  // unguarded: synchronizes what others call

  Mutex mutex_;
  CondVar wake_;
  std::vector<Callback> waiting_ GUARDED_BY(mutex_);
  Topics known_ GUARDED_BY(mutex_);
  Clock::TimePoint fresh_until_ GUARDED_BY(mutex_){};
  bool stopped_ GUARDED_BY(mutex_) = false;

  std::thread thread_;  // last: it uses everything above
};

}  // namespace gateway

#endif  // GATEWAY_INFRA_KAFKA_METADATA_KAFKA_TOPIC_CATALOG_H_
