// One librdkafka client: an idempotent producer, which keeps the order of its records, with its
// event queue and topic handles. The only place where a record becomes a librdkafka message.
//
// Shared by a ProducerGroup and the calls that use it. Any thread; Poll: one thread. Every record
// must be reported, and every event destroyed, before the last reference is released: otherwise
// librdkafka drops the records silently, and an event accesses its destroyed client.
#ifndef GATEWAY_INFRA_KAFKA_CLIENT_PRODUCER_CLIENT_H_
#define GATEWAY_INFRA_KAFKA_CLIENT_PRODUCER_CLIENT_H_

#include <chrono>
#include <memory>
#include <string>
#include <unordered_map>

#include "infra/kafka/client/handles.h"
#include "infra/kafka/client/sasl_credentials.h"
#include "service/types/mutex.h"
#include "service/types/pending_record.h"
#include "service/types/record.h"
#include "service/types/result.h"

namespace gateway {

class ProducerClient final {
 public:
  // Connects in the background. The error is librdkafka's sentence (for example, a certificate
  // cannot be read).
  static Result<std::shared_ptr<ProducerClient>, std::string> Create(RdConf conf);
  // Joins librdkafka's threads, which takes some milliseconds.
  ~ProducerClient();
  ProducerClient(const ProducerClient&) = delete;
  ProducerClient& operator=(const ProducerClient&) = delete;

  // The handle of a topic that exists, made at first use; null if librdkafka rejects the name.
  rd_kafka_topic_t* Topic(const std::string& name) EXCLUDES(mutex_);
  // The topic has this many partitions now: requests its metadata, because librdkafka rejects
  // partitions that it does not know. Blocks until `until` at most. False if the client does not
  // know all of them yet: try again. True at once if it has no handle of the topic.
  bool LearnPartitions(const std::string& topic, Partition partitions,
                       std::chrono::steady_clock::time_point until) EXCLUDES(mutex_);

  // Hands the record to librdkafka, with itself as the opaque pointer. On success a delivery report
  // follows; on an error nothing was enqueued and no report follows.
  rd_kafka_resp_err_t Produce(rd_kafka_topic_t* topic, Partition partition, PendingRecord* record);

  // The next event, if there is one. Does not wait.
  RdEvent Poll() { return RdEvent(rd_kafka_queue_poll(queue_.get(), 0)); }
  // Makes librdkafka write to the eventfd `wake` when the empty queue gets an event.
  void WakeOnEvents(int wake);

  // See gateway::SetCredentials.
  void SetCredentials(const SaslCredentials& credentials) {
    gateway::SetCredentials(handle_.get(), credentials);
  }

  // True once a topic has been opened on the client, so that it may have had records.
  bool in_use() const EXCLUDES(mutex_);
  rd_kafka_t* handle() const { return handle_.get(); }

 private:
  explicit ProducerClient(RdClient handle);

  // In the order of destruction that librdkafka requires: topics, then the queue, then the client.
  const RdClient handle_;
  const RdQueue queue_;
  mutable Mutex mutex_;
  std::unordered_map<std::string, RdTopic> topics_ GUARDED_BY(mutex_);
};

}  // namespace gateway

#endif  // GATEWAY_INFRA_KAFKA_CLIENT_PRODUCER_CLIENT_H_
