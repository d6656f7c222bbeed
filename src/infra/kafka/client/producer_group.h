// The producing instance: one or several librdkafka clients (Kafka:Producers) that are created and
// replaced together, with their event queues and topic handles; the only place where a record
// becomes a librdkafka message. A partition always uses the same client, which keeps its order.
//
// Several, because a broker handles one request per connection at a time, and librdkafka sends one
// request per partition, so records for dozens of partitions wait for one connection. Each run of
// eight partitions shares a client: fewer gain nothing from a second one (docs/adr/0012).
//
// Made and destroyed by KafkaProducer; Produce, OpenTopic and OpenPartitions may be called from any
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

// The client, of `clients`, for the `number`-th of all partitions, counted as their topics are
// opened.
constexpr std::size_t ClientFor(std::size_t number, std::size_t clients) {
  constexpr std::size_t kPartitionsPerClient = 8;
  return number / kPartitionsPerClient % clients;
}

// A topic of an instance. Plain data of ProducerGroup.
struct KafkaTopic {
  std::string name;
  std::size_t first = 0;         // partitions opened before this topic
  std::vector<RdTopic> handles;  // by client; null where none of its partitions is
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
  KafkaTopic* OpenTopic(const std::string& name, Partition partitions);

  // The topic now has this many partitions: opens it on further clients if needed. Call before
  // producing to a new partition. False if librdkafka rejects the name.
  bool OpenPartitions(KafkaTopic* topic, Partition partitions);
  // The same, and makes librdkafka request the topic's metadata, because it rejects partitions that
  // it does not know. Blocks for at most `timeout`. False if some client does not know all
  // partitions yet: try again. One thread at a time.
  bool GrowTopic(KafkaTopic* topic, Partition partitions, std::chrono::milliseconds timeout);

  // Hands the record to librdkafka with the record itself as opaque. On success a delivery report
  // follows; on an error nothing was enqueued and no report follows.
  rd_kafka_resp_err_t Produce(const KafkaTopic& topic, Partition partition, PendingRecord* record);

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

  // Whether the client has partitions. The first client always counts as in use.
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

  bool OpenHandles(KafkaTopic* topic, Partition partitions);

  const int wake_;               // an eventfd: one of the queues is no longer empty
  std::vector<Client> clients_;  // unguarded: unchanged from construction to destruction
  // By client: a topic is open with it. unguarded: its size never changes.
  std::vector<std::atomic<bool>> used_;
  std::size_t polled_ = 0;  // whose turn it is; unguarded: the polling thread's own
  Mutex topics_mutex_;
  std::vector<std::unique_ptr<KafkaTopic>> topics_ GUARDED_BY(topics_mutex_);
  std::size_t partitions_ GUARDED_BY(topics_mutex_) = 0;  // of all topics
};

}  // namespace gateway

#endif  // GATEWAY_INFRA_KAFKA_CLIENT_PRODUCER_GROUP_H_
