// The TopicCatalog of a real cluster. One thread, "kafka-catalog", requests the metadata of all
// topics when a caller needs it and the last answer is older than a second; concurrent callers get
// the same answer. It has its own librdkafka instance, created at first use: it never produces, and
// a request for all topics names none, so it cannot create one. Owned by main; any thread may call
// List.
#ifndef GATEWAY_INFRA_KAFKA_METADATA_KAFKA_TOPIC_CATALOG_H_
#define GATEWAY_INFRA_KAFKA_METADATA_KAFKA_TOPIC_CATALOG_H_

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "infra/kafka/client/handles.h"
#include "service/ports/topic_catalog.h"
#include "service/types/result.h"

namespace gateway {

class KafkaTopicCatalog final : public TopicCatalog {
 public:
  struct Options {
    std::chrono::milliseconds timeout{3'000};  // when no broker answers
    std::chrono::milliseconds fresh_for{1'000};
    std::size_t max_waiting = 1'000;  // callers; beyond: kOverloaded
  };
  // Makes the configuration of the instance (KafkaClientKind::kLookup).
  using MakeConf = std::function<Result<RdConf, std::string>()>;

  KafkaTopicCatalog(MakeConf make_conf, Options options);
  // Answers kDraining to waiting callers. May take half a second if no broker answers.
  ~KafkaTopicCatalog() override;
  KafkaTopicCatalog(const KafkaTopicCatalog&) = delete;
  KafkaTopicCatalog& operator=(const KafkaTopicCatalog&) = delete;

  void List(Callback done) override;

 private:
  using Clock = std::chrono::steady_clock;

  void Run();
  Result<Topics> Ask();
  rd_kafka_t* Instance();

  const MakeConf make_conf_;
  const Options options_;
  RdClient client_;  // of the thread

  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<Callback> waiting_;
  Topics known_;
  Clock::time_point fresh_until_{};
  std::atomic<bool> stopped_{false};
  std::thread thread_;
};

}  // namespace gateway

#endif  // GATEWAY_INFRA_KAFKA_METADATA_KAFKA_TOPIC_CATALOG_H_
