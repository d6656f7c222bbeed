// One producing librdkafka instance: its handle, its event queue, its topic handles, and the one
// place where a record becomes a librdkafka message. Made and destroyed by KafkaProducer; Produce
// and OpenTopic may be called from any thread, Poll from one. The last reference must not go before
// every record has been reported: librdkafka would drop it without a word.
#ifndef GATEWAY_INFRA_KAFKA_KAFKA_INSTANCE_H_
#define GATEWAY_INFRA_KAFKA_KAFKA_INSTANCE_H_

#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "delivery.h"
#include "kafka/handles.h"
#include "result.h"

namespace gateway {

class KafkaInstance final {
 public:
  // Connects in the background. The error is librdkafka's sentence (a certificate that cannot be
  // read, say).
  static Result<std::shared_ptr<KafkaInstance>, std::string> Create(RdConf conf);
  ~KafkaInstance();
  KafkaInstance(const KafkaInstance&) = delete;
  KafkaInstance& operator=(const KafkaInstance&) = delete;

  // A handle that lives as long as the instance: only for topics that exist. nullptr if librdkafka
  // refuses the name.
  rd_kafka_topic_t* OpenTopic(const std::string& name);

  // Hands the record to librdkafka with the record itself as opaque. On success a delivery report
  // will come; on an error nothing was enqueued and nothing will.
  rd_kafka_resp_err_t Produce(rd_kafka_topic_t* topic, Partition partition, PendingRecord* record);

  // Has librdkafka ask how the topic is laid out now: it refuses a partition that it has not heard
  // of. Blocks for `timeout` at most.
  void RefreshTopic(rd_kafka_topic_t* topic, std::chrono::milliseconds timeout);

  // The next event, or null after `timeout`.
  RdEvent Poll(std::chrono::milliseconds timeout);
  void WakePoll();

  // Sends what lingers and waits until librdkafka holds no record or `timeout` is over. Somebody
  // else must poll meanwhile.
  void Flush(std::chrono::milliseconds timeout);
  // Every record that librdkafka holds gets a report now.
  void Purge();

  rd_kafka_t* handle() const { return client_.get(); }

 private:
  explicit KafkaInstance(RdClient client);

  const RdClient client_;
  const RdQueue queue_;
  std::mutex topics_mutex_;
  std::vector<RdTopic> topics_;
};

}  // namespace gateway

#endif  // GATEWAY_INFRA_KAFKA_KAFKA_INSTANCE_H_
