// The librdkafka clients that produce. The first is always there; others are added when the
// RecordAccumulator wants them and closed when they have long been idle (ClientScaler), up to
// Kafka:Producers. All of them are replaced together. The order between clients is the
// accumulator's job.
//
// There are several, because librdkafka sends one partition per request and keeps at most five
// requests in flight per connection, and a broker handles the requests of a connection one by one
// (docs/adr/0012).
//
// Owned by GroupSupervisor. Poll, Add and TakeLast: the thread "kafka-reports". The rest: any
// thread.
#ifndef GATEWAY_INFRA_KAFKA_CLIENT_PRODUCER_GROUP_H_
#define GATEWAY_INFRA_KAFKA_CLIENT_PRODUCER_GROUP_H_

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "infra/kafka/client/handles.h"
#include "infra/kafka/client/producer_client.h"
#include "infra/kafka/client/sasl_credentials.h"
#include "service/types/mutex.h"
#include "service/types/result.h"

namespace gateway {

class ProducerGroup final {
 public:
  using MakeConf = std::function<Result<RdConf, std::string>()>;
  using ClientResult = Result<std::shared_ptr<ProducerClient>, std::string>;

  // Makes the first client. The error is librdkafka's sentence, or that of `make_conf`.
  static Result<std::shared_ptr<ProducerGroup>, std::string> Create(MakeConf make_conf);
  ~ProducerGroup();
  ProducerGroup(const ProducerGroup&) = delete;
  ProducerGroup& operator=(const ProducerGroup&) = delete;

  // A client for Add. Takes some milliseconds, with TLS some tens.
  static ClientResult MakeClient(const MakeConf& make_conf);
  const MakeConf& make_conf() const { return make_conf_; }
  // Adds the client under the next number.
  void Add(std::shared_ptr<ProducerClient> client) EXCLUDES(mutex_);
  // Removes the client with the highest number, which must not be the first; the caller destroys
  // it. Null while a call uses it: try again. It must have no records.
  std::shared_ptr<ProducerClient> TakeLast() EXCLUDES(mutex_);

  std::size_t clients() const EXCLUDES(mutex_);
  // Null if there is none of that number.
  std::shared_ptr<ProducerClient> client(std::size_t number) const EXCLUDES(mutex_);

  // The topic has this many partitions now: see ProducerClient::LearnPartitions. False if some
  // client does not know all of them within `timeout`.
  bool GrowTopic(const std::string& topic, Partition partitions, std::chrono::milliseconds timeout)
      EXCLUDES(mutex_);

  // The next event of any client, and its number; no event after `timeout` or WakePoll.
  struct Polled {
    RdEvent event;
    std::size_t client = 0;
  };
  Polled Poll(std::chrono::nanoseconds timeout);
  void WakePoll();

  // For all clients, also those that are added later: one that is being made may have read the
  // settings before they changed.
  void SetCredentials(SaslCredentials credentials) EXCLUDES(mutex_);

  // Sends lingering batches and waits until librdkafka has no records left, at most `timeout`.
  // Another thread must poll meanwhile.
  void Flush(std::chrono::milliseconds timeout) EXCLUDES(mutex_);
  // Makes librdkafka report every record now.
  void Purge() EXCLUDES(mutex_);
  // Makes librdkafka report every record that it has not sent; does not block.
  void PurgeQueued() EXCLUDES(mutex_);

 private:
  using Clients = std::vector<std::shared_ptr<ProducerClient>>;

  ProducerGroup(MakeConf make_conf, int wake) : make_conf_(std::move(make_conf)), wake_(wake) {}

  Clients All() const EXCLUDES(mutex_);

  const MakeConf make_conf_;
  const int wake_;  // an eventfd: a queue is no longer empty
  mutable Mutex mutex_;
  Clients clients_ GUARDED_BY(mutex_);
  std::optional<SaslCredentials> credentials_ GUARDED_BY(mutex_);  // absent: those of `make_conf`
  // The same clients; unguarded: the polling thread's own.
  std::vector<ProducerClient*> polled_clients_;
  std::size_t polled_ = 0;  // whose turn it is; unguarded: the polling thread's own
};

}  // namespace gateway

#endif  // GATEWAY_INFRA_KAFKA_CLIENT_PRODUCER_GROUP_H_
