// The Producer and KafkaHealth of the gateway, on librdkafka. One instance of idempotent clients at
// a time; the thread "kafka-reports" serves their event queues (delivery reports, errors,
// statistics, log lines) and calls PendingRecord::Report; the thread "kafka-lookup" asks for topics
// not yet known. What is dispatched to librdkafka and when is decided by the RecordAccumulator.
// Send never waits for Kafka.
//
// A fatal error (2.0.2 has them in ordinary broker incidents, librdkafka #4438): records are held
// until the instance has reported all it had; then a new one takes its place. They never overlap,
// so no record of the new one can be stored before one of the old one.
//
// Owned by main, outlives every request. Send, Dispatch, OnWithdrawn, Status: any thread. Drain:
// one, once. The embedded broker, if any, must outlive the producer.
#ifndef GATEWAY_INFRA_KAFKA_KAFKA_PRODUCER_H_
#define GATEWAY_INFRA_KAFKA_KAFKA_PRODUCER_H_

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <unordered_map>

#include "infra/config/settings.h"
#include "infra/kafka/accumulator/record_accumulator.h"
#include "infra/kafka/client/client_log.h"
#include "infra/kafka/client/producer_group.h"
#include "infra/kafka/metadata/rdkafka_metadata.h"
#include "infra/kafka/metadata/topic_resolver.h"
#include "infra/kafka/stats/cluster_status.h"
#include "service/health/liveness.h"
#include "service/ports/clock.h"
#include "service/ports/kafka_health.h"
#include "service/ports/logger.h"
#include "service/ports/produce_metrics.h"
#include "service/ports/producer.h"
#include "service/types/error.h"
#include "service/types/kafka_status.h"
#include "service/types/pending_record.h"
#include "service/types/record.h"
#include "service/types/result.h"

namespace gateway {

class KafkaProducer final : public Producer,
                            public BurstListener,
                            public KafkaHealth,
                            private TopicResolver::Client,
                            private RecordAccumulator::Sink {
 public:
  struct Options {
    Settings::Kafka kafka;  // bootstrap_servers resolved: addresses, not "embedded"
    std::size_t max_record_bytes = 1'000'000;  // Limits:MaxRecordBytes
    // The brokers are the embedded one: its timestamps are not believed, its topics are counted.
    bool embedded = false;
    RdkafkaMetadata::Options lookup;
    TopicResolver::Options topics;
    RecordAccumulator::Options accumulator;
    Heartbeat* heartbeat = nullptr;  // beats while "kafka-reports" turns, if there is one
    // librdkafka's statistics, each as it comes, of which client of the instance; and that the next
    // are those of another instance. Called by "kafka-reports"; may be empty.
    std::function<void(std::size_t client, std::string_view json)> on_statistics;
    std::function<void()> on_replaced;
  };

  // What became of the records that were under way when Drain was called, or came later.
  struct DrainResult {
    std::int64_t delivered = 0;
    std::int64_t not_persisted = 0;
    std::int64_t possibly_persisted = 0;
    bool NothingLost() const { return not_persisted == 0 && possibly_persisted == 0; }
  };

  // Starts the instance and the threads; does not wait for a broker. The error is a sentence that
  // names the key or property at fault.
  static Result<std::unique_ptr<KafkaProducer>, std::string> Create(Options options, Logger& logger,
                                                                    ProduceMetrics& metrics,
                                                                    const Clock& clock);
  // Reports whatever is left (as Drain with no time) and stops the threads. Takes two seconds at
  // most, when a look-up finds no broker.
  ~KafkaProducer() override;

  bool HasRoomFor(std::string_view topic) const override;
  void Send(PendingRecord* record) override;
  void Dispatch() override { accumulator_.Dispatch(); }
  void OnWithdrawn(std::size_t count) override;
  void BeginBurst() override { accumulator_.BeginBurst(); }
  void EndBurst() override { accumulator_.EndBurst(); }
  KafkaStatus Status() const override;

  // Takes records, and sends each without lingering, while `more_may_come` says that there may be
  // more; then refuses new ones and waits until every record has been reported. At `deadline` gives
  // up those that are left: each is reported within about a second more, as not or possibly stored.
  DrainResult Drain(std::chrono::steady_clock::time_point deadline,
                    const std::function<bool()>& more_may_come = {});

 private:
  friend struct KafkaProducerTestPeer;
  using SteadyClock = std::chrono::steady_clock;

  KafkaProducer(Options options, Logger& logger, ProduceMetrics& metrics, const Clock& clock);

  // Where records go: a topic of the instance, kept alive for the call.
  struct Route {
    std::shared_ptr<ProducerGroup> instance;  // null while a fatal error is dealt with
    KafkaTopic* topic = nullptr;
  };
  struct Opened {
    KafkaTopic* topic = nullptr;  // null while there is no instance
    Partition partitions = 0;     // the most it ever had
  };
  struct State {
    std::shared_ptr<ProducerGroup> instance;
    std::unordered_map<std::string, Opened> topics;
  };

  RecordAccumulator::Stats Snapshot() const;
  Route RouteTo(const std::string& topic) const;
  void LogReport(const PendingRecord& record, const DeliveryReport& report) const;
  static Result<std::shared_ptr<ProducerGroup>, std::string> MakeInstance(const Options& options);
  DrainResult Totals() const;
  bool FlushUntil(SteadyClock::time_point until, const std::function<bool()>& more_may_come = {});

  // RecordAccumulator::Sink, and of a record that never reached the queue.
  std::optional<RecordAccumulator::Refusal> Produce(const std::string& topic, Partition partition,
                                                    RecordQueue* records) override;
  void Report(PendingRecord* record, DeliveryReport report) override;

  // TopicResolver::Client
  bool IsKnown(std::string_view topic) const override { return accumulator_.IsKnown(topic); }
  bool Open(const std::string& topic, const TopicLayout& layout) override;
  std::optional<Error> Produce(PendingRecord* record) override;
  void Publish(const std::string& topic) override { accumulator_.Publish(topic); }
  void Update(const std::string& topic, const TopicLayout& layout) override;
  void Forget(const std::string& topic) override;
  void Fail(PendingRecord* record, Error error) override;
  ErrorCode WhyUnavailable() const override;
  void OnBrokerAnswered() override { status_.OnBrokerAnswered(); }

  // The thread "kafka-reports".
  void Run();
  void Tick();
  void OnEvent(const ProducerGroup& instance, const ProducerGroup::Polled& polled);
  void OnDeliveryReports(rd_kafka_event_t* event);
  bool MayRetry(const rd_kafka_message_t& message) const;
  DeliveryReport ReportOf(const rd_kafka_message_t& message, const Record& record,
                          bool offset_known) const;
  void OnStats(const ProducerGroup& instance, const ProducerGroup::Polled& polled);
  void OnErrorEvent(const ProducerGroup& instance, const ProducerGroup::Polled& polled);
  void Retire();
  bool MayDestroy(const std::shared_ptr<ProducerGroup>& instance) const;
  std::shared_ptr<ProducerGroup> Replace();

  const Options options_;
  Logger& logger_;
  ProduceMetrics& metrics_;
  const Clock& clock_;
  ClusterStatusTracker status_;
  ClientLog log_;
  RecordAccumulator accumulator_;

  mutable std::mutex snapshot_mutex_;
  mutable std::optional<Clock::TimePoint> snapshot_at_;
  mutable RecordAccumulator::Stats snapshot_{};

  mutable std::mutex state_mutex_;
  State state_;

  std::atomic<std::int64_t> in_librdkafka_{0};
  std::atomic<std::int64_t> delivered_{0};
  std::atomic<std::int64_t> not_persisted_{0};
  std::atomic<std::int64_t> possibly_persisted_{0};
  std::atomic<Clock::TimePoint::rep> last_stored_{0};  // 0: never
  std::atomic<std::int64_t> swaps_{0};
  std::atomic<bool> draining_{false};  // nothing is taken any more
  std::atomic<bool> drained_{false};   // nothing is sent any more: all is reported, or given up
  std::atomic<bool> purge_{false};     // the retiring instance, which only the thread knows
  std::atomic<bool> stop_{false};
  std::atomic<bool> withdrawn_{false};  // some waiters of the resolver may be
  SteadyClock::time_point ticked_{};    // the thread's own
  ClusterStatsReader stats_reader_;     // likewise
  ClientStats stats_;                   // likewise
  bool fatal_ = false;  // the thread's own: a fatal error has been seen on the current instance

  std::unique_ptr<RdkafkaMetadata> lookup_;
  std::unique_ptr<TopicResolver> resolver_;
  std::thread reports_;
};

}  // namespace gateway

#endif  // GATEWAY_INFRA_KAFKA_KAFKA_PRODUCER_H_
