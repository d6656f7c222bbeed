// What produces: one or several librdkafka clients (Kafka:Producers) that are made and replaced as
// one, with their event queues and topic handles, and the one place where a record becomes a
// librdkafka message. A partition keeps to one client, so its order is that client's.
//
// Why several: a broker handles one request of a connection at a time, and librdkafka makes a
// request of each partition, so what has records for dozens of partitions waits for that
// connection. Eight partitions in a row share a client: fewer gain nothing from a second one
// (docs/adr/0012).
//
// Made and destroyed by KafkaProducer; Produce, OpenTopic and OpenPartitions may be called from any
// thread, Poll from one, GrowTopic from one. The last reference must not go before every record has
// been reported, and no event of Poll be kept: librdkafka would drop the record without a word, and
// look for the event's client.
#ifndef GATEWAY_INFRA_KAFKA_CLIENT_PRODUCER_GROUP_H_
#define GATEWAY_INFRA_KAFKA_CLIENT_PRODUCER_GROUP_H_

#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "infra/kafka/client/handles.h"
#include "service/types/pending_record.h"
#include "service/types/result.h"

namespace gateway {

// Which of `clients` is for the `number`-th of all partitions, counted as their topics are opened.
constexpr std::size_t ClientFor(std::size_t number, std::size_t clients) {
  constexpr std::size_t kPartitionsPerClient = 8;
  return number / kPartitionsPerClient % clients;
}

// A topic of an instance. Plain data of ProducerGroup.
struct KafkaTopic {
  std::string name;
  std::size_t first = 0;         // how many partitions had been opened before it
  std::vector<RdTopic> handles;  // by client; null where none of its partitions is
};

class ProducerGroup final {
 public:
  using MakeConf = std::function<Result<RdConf, std::string>()>;

  // Connects in the background. The error is librdkafka's sentence (a certificate that cannot be
  // read, say), or that of `make_conf`.
  static Result<std::shared_ptr<ProducerGroup>, std::string> Create(const MakeConf& make_conf,
                                                                    std::size_t clients);
  ~ProducerGroup();
  ProducerGroup(const ProducerGroup&) = delete;
  ProducerGroup& operator=(const ProducerGroup&) = delete;

  // A topic that lives as long as the instance: only for topics that exist. nullptr if librdkafka
  // refuses the name.
  KafkaTopic* OpenTopic(const std::string& name, Partition partitions);

  // The topic has so many partitions now: opens it where it is not yet. Before any of the new ones
  // is produced to. False if librdkafka refuses the name.
  bool OpenPartitions(KafkaTopic* topic, Partition partitions);
  // The same, and has librdkafka ask how the topic is laid out: it refuses a partition that it has
  // not heard of. Blocks for `timeout` at most. False if some client has not heard of all: try
  // again. One thread at a time.
  bool GrowTopic(KafkaTopic* topic, Partition partitions, std::chrono::milliseconds timeout);

  // Hands the record to librdkafka with the record itself as opaque. On success a delivery report
  // will come; on an error nothing was enqueued and nothing will.
  rd_kafka_resp_err_t Produce(const KafkaTopic& topic, Partition partition, PendingRecord* record);

  // The next event of any client, and which; no event after `timeout`.
  struct Polled {
    RdEvent event;
    std::size_t client = 0;
  };
  Polled Poll(std::chrono::nanoseconds timeout);
  void WakePoll();

  // Sends what lingers and waits until librdkafka holds no record or `timeout` is over. Somebody
  // else must poll meanwhile.
  void Flush(std::chrono::milliseconds timeout);
  // Every record that librdkafka holds gets a report now.
  void Purge();
  // Every record that is not under way does; does not block.
  void PurgeQueued();

  // Whether the client has partitions to be produced to. The first always counts as one that has.
  bool InUse(std::size_t client) const { return client == 0 || used_[client].load(); }

  std::size_t clients() const { return clients_.size(); }
  rd_kafka_t* handle(std::size_t client) const { return clients_[client].handle.get(); }

 private:
  // In the order that librdkafka wants them to go: the queue before the client.
  struct Client {
    RdClient handle;
    RdQueue queue;
  };

  ProducerGroup(std::vector<RdClient> clients, int wake);

  bool OpenHandles(KafkaTopic* topic, Partition partitions);

  const int wake_;  // an eventfd: one of the queues is not empty any more
  std::vector<Client> clients_;
  std::vector<std::atomic<bool>> used_;  // by client: a topic is open with it
  std::size_t polled_ = 0;               // whose turn it is
  std::mutex topics_mutex_;
  std::vector<std::unique_ptr<KafkaTopic>> topics_;
  std::size_t partitions_ = 0;  // of all topics
};

}  // namespace gateway

#endif  // GATEWAY_INFRA_KAFKA_CLIENT_PRODUCER_GROUP_H_
