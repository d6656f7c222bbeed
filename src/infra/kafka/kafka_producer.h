// Implements Producer and KafkaHealth with librdkafka, by connecting the parts that do the work:
// RecordAccumulator queues records and decides which are dispatched when; GroupSupervisor owns the
// librdkafka clients; DeliveryLoop runs the thread "kafka-reports", which reports the outcome of
// records; TopicResolver runs the thread "kafka-lookup", which looks up unknown topics. Submit
// never waits for Kafka.
//
// Owned by Gateway, outlives every request. Submit, OnExpired, OnWithdrawn, Status, BeginBurst,
// EndBurst: any thread. Drain: one thread, once. The embedded broker, if any, must outlive the
// producer.
#ifndef GATEWAY_INFRA_KAFKA_KAFKA_PRODUCER_H_
#define GATEWAY_INFRA_KAFKA_KAFKA_PRODUCER_H_

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "infra/config/settings.h"
#include "infra/kafka/accumulator/record_accumulator.h"
#include "infra/kafka/client/client_hooks.h"
#include "infra/kafka/client/current_settings.h"
#include "infra/kafka/delivery_loop.h"
#include "infra/kafka/group_supervisor.h"
#include "infra/kafka/metadata/rdkafka_metadata.h"
#include "infra/kafka/metadata/topic_resolver.h"
#include "infra/kafka/record_reporter.h"
#include "infra/kafka/stats/cluster_status.h"
#include "service/ports/burst_listener.h"
#include "service/ports/clock.h"
#include "service/ports/kafka_health.h"
#include "service/ports/logger.h"
#include "service/ports/produce_metrics.h"
#include "service/ports/producer.h"
#include "service/types/error.h"
#include "service/types/kafka_status.h"
#include "service/types/mutex.h"
#include "service/types/result.h"

namespace gateway {

class KafkaProducer final : public Producer,
                            public BurstListener,
                            public KafkaHealth,
                            private TopicResolver::Listener {
 public:
  struct Options {
    // The settings from which clients are made; Renew replaces them. Null: made from `kafka`.
    std::shared_ptr<CurrentKafkaSettings> current;
    Settings::Kafka kafka;  // bootstrap_servers resolved: addresses, not "embedded"
    std::size_t max_record_bytes = 1'000'000;  // Limits:MaxRecordBytes
    // The broker is the embedded one: its timestamps are ignored, its number of topics is limited.
    bool embedded = false;
    ClientHooks* hooks = nullptr;  // must outlive the producer; null: errors say less
    RdkafkaMetadata::Options lookup;
    TopicResolver::Options topics;
    RecordAccumulator::Options accumulator;
    // See DeliveryLoop::Options.
    Heartbeat* heartbeat = nullptr;
    std::function<void(std::size_t client, std::string_view json)> on_statistics;
    std::function<void(std::size_t client)> on_client_closed;
    std::function<void()> on_replaced;
  };

  // The outcomes of the records that were queued or in flight when Drain was called, or came later.
  struct DrainResult {
    std::int64_t delivered = 0;
    std::int64_t not_persisted = 0;
    std::int64_t possibly_persisted = 0;
    bool NothingLost() const { return not_persisted == 0 && possibly_persisted == 0; }
  };

  // Starts the librdkafka clients and the threads; does not wait for a broker. The error is a
  // sentence that names the key or property at fault.
  static Result<std::unique_ptr<KafkaProducer>, std::string> Create(Options options, Logger& logger,
                                                                    ProduceMetrics& metrics,
                                                                    const Clock& clock);
  // Reports all remaining records (like Drain with no time left) and stops the threads. Takes at
  // most two seconds, if a look-up finds no broker.
  ~KafkaProducer() override;

  std::optional<Error> Submit(RecordQueue records) override;
  void OnExpired(std::span<const PendingRecord* const> records) override;
  void OnWithdrawn(std::size_t count) override;
  void BeginBurst() override { accumulator_.BeginBurst(); }
  void EndBurst() override { accumulator_.EndBurst(); }
  KafkaStatus Status() const override;

  // Secrets have changed. New connections use the new password; open ones stay. New certificates
  // need new clients, which take over once the old ones have completed their records. No record
  // fails because of it. Any thread.
  enum class Changed : std::uint8_t { kPassword, kCertificates };
  void Renew(Settings::Kafka kafka, Changed changed);

  // Accepts records while `more_may_come()` is true, and lets none linger in librdkafka. Then
  // refuses new records and waits until every record has been reported. Gives up the remaining
  // records at `deadline`: within about another second, each is reported as not or possibly
  // persisted.
  DrainResult Drain(Clock::TimePoint deadline, const std::function<bool()>& more_may_come = {});

 private:
  friend struct KafkaProducerTestPeer;

  // Limits the number of snapshots: any client may ask for the status, and a snapshot delays the
  // threads that send.
  struct CachedStats {
    Mutex mutex;
    std::optional<Clock::TimePoint> taken_at GUARDED_BY(mutex);
    RecordAccumulator::Stats stats GUARDED_BY(mutex);
  };

  KafkaProducer(Options options, std::shared_ptr<ProducerGroup> group, Logger& logger,
                ProduceMetrics& metrics, const Clock& clock);

  static Result<std::shared_ptr<ProducerGroup>, std::string> MakeGroup(const Options& options);
  void RefuseDraining(RecordQueue records);
  bool FlushUntil(Clock::TimePoint until, const std::function<bool()>& more_may_come = {});
  void GiveUp();
  RecordAccumulator::Stats Snapshot() const;

  // TopicResolver::Listener
  bool OnFound(const std::string& topic, const TopicLayout& layout) override;
  void OnUnresolved(const std::string& topic, ErrorCode code) override;
  void OnLayout(const std::string& topic, const TopicLayout& layout) override;
  void OnGone(const std::string& topic) override;
  ErrorCode WhyUnavailable() const override;
  void OnBrokerAnswered() override { status_.OnBrokerAnswered(); }

  const Options options_;
  Logger& logger_;
  ProduceMetrics& metrics_;
  const Clock& clock_;
  std::atomic<bool> draining_{false};  // no record is accepted any more

  mutable CachedStats cached_stats_;

  // In the order of their dependencies; the threads stop in the reverse order.
  ClusterStatusTracker status_;
  RecordReporter reporter_;
  GroupSupervisor groups_;
  RecordAccumulator accumulator_;
  RdkafkaMetadata metadata_;
  TopicResolver resolver_;
  DeliveryLoop loop_;
};

}  // namespace gateway

#endif  // GATEWAY_INFRA_KAFKA_KAFKA_PRODUCER_H_
