// Owns the current ProducerGroup and its topics, hands batches to it, and replaces it after a fatal
// error, which librdkafka 2.0.2 raises even in ordinary broker incidents (librdkafka #4438). New
// certificates need a new group as well, because librdkafka reads them only when a client is made.
//
// A group is retired before it is replaced: it receives no more records and reports all those that
// it has. Only then is the new group made. The groups never overlap, so no record of the new group
// can be stored before one of the old.
//
// Owned by KafkaProducer. Retire, MayDestroy and Replace: the thread "kafka-reports". The rest: any
// thread.
#ifndef GATEWAY_INFRA_KAFKA_GROUP_SUPERVISOR_H_
#define GATEWAY_INFRA_KAFKA_GROUP_SUPERVISOR_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_set>

#include "infra/kafka/accumulator/sinks.h"
#include "infra/kafka/client/producer_group.h"
#include "infra/kafka/client/sasl_credentials.h"
#include "infra/kafka/stats/cluster_status.h"
#include "infra/kafka/types/topic_layout.h"
#include "service/ports/logger.h"
#include "service/types/mutex.h"
#include "service/types/result.h"

namespace gateway {

// Why a group is retired.
enum class RetireReason : std::uint8_t {
  kFatalError,
  kRenewal,  // there are new certificates, which librdkafka reads only when a client is made
};

class GroupSupervisor final : public BatchSink, public TimerSink {
 public:
  using MakeGroup = std::function<Result<std::shared_ptr<ProducerGroup>, std::string>()>;

  // `first` is the group to begin with, `make_group` makes its successors. The references must
  // outlive the supervisor.
  GroupSupervisor(std::shared_ptr<ProducerGroup> first, MakeGroup make_group,
                  ClusterStatusTracker& status, Logger& logger);
  GroupSupervisor(const GroupSupervisor&) = delete;
  GroupSupervisor& operator=(const GroupSupervisor&) = delete;

  // The only place that hands records to librdkafka.
  std::optional<BatchRefusal> Produce(std::size_t producer, const std::string& topic,
                                      Partition partition, RecordQueue* records) override
      EXCLUDES(mutex_);
  void OnTimerSooner() override { WakePoll(); }

  // Opens the topic for Produce. False if librdkafka rejects it.
  bool Open(const std::string& topic) EXCLUDES(mutex_);
  // An open topic has more partitions now. False if some client does not know all of them within
  // `timeout`: try again.
  bool Grow(const std::string& topic, Partition partitions, std::chrono::milliseconds timeout)
      EXCLUDES(mutex_);

  // Null while a group is being replaced.
  std::shared_ptr<ProducerGroup> current() const EXCLUDES(mutex_);
  void WakePoll() EXCLUDES(mutex_);
  void Flush(std::chrono::milliseconds timeout) EXCLUDES(mutex_);
  void Purge() EXCLUDES(mutex_);
  // For the current group and all later ones, also one that is being made.
  void SetCredentials(SaslCredentials credentials) EXCLUDES(mutex_);

  // librdkafka has reported `count` records that Produce had handed over.
  void OnReported(std::int64_t count) {
    in_librdkafka_.fetch_sub(count, std::memory_order_release);
  }
  // True if librdkafka has rejected a record since the last call, which a changed layout may
  // explain.
  bool TakeUnknownPartition() { return unknown_partition_.exchange(false); }

  // From now on no more records reach the current group. A client with a fatal error has given up
  // its unsent records; the other clients continue with theirs.
  void Retire(RetireReason reason) EXCLUDES(mutex_);
  // True if no call of Produce still uses the retired `group`, and all its records have been
  // reported.
  bool MayDestroy(const std::shared_ptr<ProducerGroup>& group) const;
  // Starts a new group. Null if librdkafka cannot start one; the error is logged.
  std::shared_ptr<ProducerGroup> Replace() EXCLUDES(mutex_);

  std::int64_t replacements() const { return replacements_.load(std::memory_order_relaxed); }

 private:
  // Null while there is no group, or if the topic is not open.
  std::shared_ptr<ProducerGroup> GroupFor(const std::string& topic) const EXCLUDES(mutex_);

  const MakeGroup make_group_;
  ClusterStatusTracker& status_;
  Logger& logger_;
  mutable Mutex mutex_;
  std::shared_ptr<ProducerGroup> group_ GUARDED_BY(mutex_);
  std::unordered_set<std::string> topics_ GUARDED_BY(mutex_);  // that are open, with any group
  RetireReason reason_ GUARDED_BY(mutex_) = RetireReason::kFatalError;  // of the last retirement
  std::optional<SaslCredentials> credentials_ GUARDED_BY(mutex_);       // absent: as configured
  std::atomic<std::int64_t> in_librdkafka_{0};
  std::atomic<std::int64_t> replacements_{0};
  std::atomic<bool> unknown_partition_{false};
};

}  // namespace gateway

#endif  // GATEWAY_INFRA_KAFKA_GROUP_SUPERVISOR_H_
