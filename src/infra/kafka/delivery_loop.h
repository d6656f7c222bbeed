// The thread "kafka-reports": it polls the event queues of the current ProducerGroup (delivery
// reports, errors, statistics, log lines), reports the outcome of records, drives the accumulator's
// timers, and has a group replaced after a fatal error or when settings change. It never waits for
// Kafka. Owned by KafkaProducer, whose parts it connects; its methods may be called from any
// thread.
#ifndef GATEWAY_INFRA_KAFKA_DELIVERY_LOOP_H_
#define GATEWAY_INFRA_KAFKA_DELIVERY_LOOP_H_

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <thread>
#include <vector>

#include "infra/kafka/accumulator/record_accumulator.h"
#include "infra/kafka/client/access_faults.h"
#include "infra/kafka/client/client_hooks.h"
#include "infra/kafka/client/client_log.h"
#include "infra/kafka/client/producer_group.h"
#include "infra/kafka/client_scaler.h"
#include "infra/kafka/group_supervisor.h"
#include "infra/kafka/metadata/topic_resolver.h"
#include "infra/kafka/record_reporter.h"
#include "infra/kafka/stats/cluster_stats.h"
#include "infra/kafka/stats/cluster_status.h"
#include "service/health/liveness.h"
#include "service/ports/clock.h"
#include "service/ports/logger.h"

namespace gateway {

class DeliveryLoop final {
 public:
  struct Options {
    // The broker is the embedded one: its timestamps are ignored.
    bool embedded = false;
    Heartbeat* heartbeat = nullptr;  // beats while the thread is responsive; may be null
    // Receive librdkafka's statistics and the number of the client in its group; that the client
    // with the highest number is gone; and that a new group has replaced the old one. Called by the
    // loop's thread; may be empty.
    std::function<void(std::size_t client, std::string_view json)> on_statistics;
    std::function<void(std::size_t client)> on_client_closed;
    std::function<void()> on_replaced;
    const ClientHooks* hooks = nullptr;  // of the clients; may be null
    AccessAttempt attempt;               // how the configuration logs in, to explain a failure
  };
  // The parts that the loop connects. All must outlive it.
  struct Parts {
    GroupSupervisor& groups;
    RecordAccumulator& accumulator;
    TopicResolver& resolver;
    RecordReporter& reporter;
    ClusterStatusTracker& status;
    Logger& logger;
    const Clock& clock;
  };

  // Starts the thread.
  DeliveryLoop(Options options, Parts parts);
  // Stops and joins it. Every record must have been reported.
  ~DeliveryLoop();
  DeliveryLoop(const DeliveryLoop&) = delete;
  DeliveryLoop& operator=(const DeliveryLoop&) = delete;

  // The drain has ended: no group is replaced any more, and no record is sent again.
  void EndRetries() { retries_ended_.store(true); }
  // Purges the records that a retiring group has not reported.
  void PurgeRetiring() { purge_.store(true); }

  // The settings have changed: has the group replaced as after a fatal error, once it has completed
  // its records.
  void Renew() { renew_.store(true); }

  // When a record was last stored; absent if none has been yet.
  std::optional<Clock::TimePoint> last_stored() const;

 private:
  // The retirement of a group after a fatal error or a change of settings.
  struct Retirement {
    bool active = false;
    Clock::TimePoint give_up{};    // all its records are purged then
    Clock::TimePoint take_back{};  // its unsent records are queued again then
  };

  void Run();
  void Tick(ProducerGroup* group, bool retiring);
  std::shared_ptr<ProducerGroup> ReplaceGroup();
  void PollOnce(ProducerGroup& group, bool retiring);
  void Retire(RetireReason reason, Retirement* retirement);
  void Advance(Retirement* retirement, std::shared_ptr<ProducerGroup>* group);

  void OnEvent(const ProducerGroup& group, const ProducerGroup::Polled& polled);
  void OnDeliveryReports(std::size_t client, rd_kafka_event_t* event);
  void OnStats(const ProducerGroup& group, const ProducerGroup::Polled& polled);
  void OnErrorEvent(const ProducerGroup& group, const ProducerGroup::Polled& polled);
  void OnFatalError(const ProducerGroup& group, const ProducerGroup::Polled& polled);
  void OnLogEvent(rd_kafka_event_t* event);
  bool MayRetry(const rd_kafka_message_t& message) const;
  void FailLoneRejections(std::vector<RecordAccumulator::Reported>* reports);
  DeliveryReport ReportOf(const rd_kafka_message_t& message, const Record& record,
                          bool offset_known) const;

  const Options options_;
  const Parts parts_;
  std::atomic<bool> retries_ended_{false};
  std::atomic<bool> purge_{false};
  std::atomic<bool> renew_{false};
  std::atomic<bool> stop_{false};
  std::atomic<Clock::TimePoint::rep> last_stored_{0};  // 0: never

  // Only the loop's thread uses the following.
  ClientLog log_;
  ClusterStatsReader stats_reader_;
  ClientStats stats_;
  ClientScaler scaler_;
  Clock::TimePoint ticked_{};
  Clock::TimePoint replace_not_before_{};
  std::chrono::milliseconds replace_pause_;
  bool fatal_ = false;  // a fatal error has been seen on the current group

  std::thread thread_;
};

}  // namespace gateway

#endif  // GATEWAY_INFRA_KAFKA_DELIVERY_LOOP_H_
