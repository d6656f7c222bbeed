// The producing instance: one or several librdkafka clients (Kafka:Producers) that are created and
// replaced together, with their event queues and topic handles; the only place where a record
// becomes a librdkafka message. Each client is an idempotent producer of its own, and keeps the
// order of what it is handed; the order between clients is the accumulator's job.
//
// Several, because librdkafka sends one partition per request and has at most five requests under
// way per connection, and a broker handles the requests of a connection one by one
// (docs/adr/0012).
//
// Made and destroyed by KafkaProducer; Produce and OpenTopic may be called from any
// thread, Poll from one, GrowTopic from one. Every record must be reported, and every event of Poll
// destroyed, before the last reference goes: librdkafka would drop the records silently, and access
// the event's client.
#ifndef GATEWAY_INFRA_KAFKA_CLIENT_PRODUCER_GROUP_H_
#define GATEWAY_INFRA_KAFKA_CLIENT_PRODUCER_GROUP_H_

#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "infra/kafka/client/handles.h"
#include "service/types/mutex.h"
#include "service/types/pending_record.h"
#include "service/types/result.h"

namespace gateway {

// A topic of an instance. Plain data of ProducerGroup.
struct KafkaTopic {
  explicit KafkaTopic(std::string topic_name, std::size_t clients)
      : name(std::move(topic_name)), handles(clients) {}

  const std::string name;
  // By client; null until it gets the first record of the topic.
  std::vector<std::atomic<rd_kafka_topic_t*>> handles;
};

class ProducerGroup final {
 public:
  using MakeConf = std::function<Result<RdConf, std::string>()>;

  // Connects in the background. The error is librdkafka's sentence (for example, a certificate
  // cannot be read), or that of `make_conf`.
  static Result<std::shared_ptr<ProducerGroup>, std::string> Create(const MakeConf& make_conf,
                                                                    std::size_t clients);
  ~ProducerGroup();
  ProducerGroup(const ProducerGroup&) = delete;
  ProducerGroup& operator=(const ProducerGroup&) = delete;

  // Opens a topic for the lifetime of the instance: only for existing topics. nullptr if librdkafka
  // rejects the name.
  KafkaTopic* OpenTopic(const std::string& name);

  // The topic has this many partitions now: makes librdkafka request the topic's metadata, because
  // it rejects partitions that it does not know. Blocks for at most `timeout`. False if some client
  // does not know all partitions yet: try again. One thread at a time.
  bool GrowTopic(KafkaTopic* topic, Partition partitions, std::chrono::milliseconds timeout);

  // Hands the record to the client with the record itself as opaque. On success a delivery report
  // of that client follows; on an error nothing was enqueued and no report follows.
  rd_kafka_resp_err_t Produce(std::size_t client, KafkaTopic& topic, Partition partition,
                              PendingRecord* record);

  // The next event of any client, and which; no event after `timeout`.
  struct Polled {
    RdEvent event;
    std::size_t client = 0;
  };
  Polled Poll(std::chrono::nanoseconds timeout);
  void WakePoll();

  // Sends lingering batches and waits until librdkafka has no records left, at most `timeout`.
  // Another thread must poll meanwhile.
  void Flush(std::chrono::milliseconds timeout);
  // Every record in librdkafka gets a report now.
  void Purge();
  // Every record that is not in flight gets one; does not block.
  void PurgeQueued();

  // Whether the client has got records. The first client always counts as in use.
  bool InUse(std::size_t client) const { return client == 0 || used_[client].load(); }

  std::size_t clients() const { return clients_.size(); }
  rd_kafka_t* handle(std::size_t client) const { return clients_[client].handle.get(); }

 private:
  // In the order of destruction that librdkafka requires: the queue before the client.
  struct Client {
    RdClient handle;
    RdQueue queue;
  };

  ProducerGroup(std::vector<RdClient> clients, int wake);

  // The topic's handle of the client, made if need be; null if librdkafka rejects the name.
  rd_kafka_topic_t* HandleOf(std::size_t client, KafkaTopic& topic);

  const int wake_;               // an eventfd: one of the queues is no longer empty
  std::vector<Client> clients_;  // unguarded: unchanged from construction to destruction
  // By client: a topic is open with it. unguarded: its size never changes.
  std::vector<std::atomic<bool>> used_;
  std::size_t polled_ = 0;  // whose turn it is; unguarded: the polling thread's own
  Mutex topics_mutex_;
  std::vector<std::unique_ptr<KafkaTopic>> topics_ GUARDED_BY(topics_mutex_);
};

}  // namespace gateway

#endif  // GATEWAY_INFRA_KAFKA_CLIENT_PRODUCER_GROUP_H_
