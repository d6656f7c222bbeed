#include "infra/kafka/stats/cluster_status.h"

#include <algorithm>

namespace gateway {
namespace {

std::string Describe(const KafkaStatus& status, bool fatal, bool credentials_refused,
                     bool no_producer_id) {
  if (fatal) return "The producer met a fatal error and is being replaced.";
  if (status.brokers_up == 0) {
    return credentials_refused ? "The brokers reject the gateway's credentials."
                               : "No broker answers.";
  }
  if (no_producer_id) return "Brokers are up, but none has assigned the producer an id yet.";
  return "Brokers up: " + std::to_string(status.brokers_up) + " of " +
         std::to_string(status.brokers_known) + ".";
}

}  // namespace

ClusterStatusTracker::ClusterStatusTracker(bool embedded, Logger& logger, ProduceMetrics& metrics)
    : logger_(logger), metrics_(metrics) {
  status_.embedded = embedded;
  status_.description = "No broker has answered yet.";
}

void ClusterStatusTracker::OnStats(const ClusterStats& stats) {
  const MutexLock lock(mutex_);
  since_id_ = ProducerIdOf(stats.idempotence) == ProducerId::kAssigned
                  ? 0
                  : std::min(since_id_ + 1, kIdForgotten);
  stats_ = stats;
  has_stats_ = true;
  if (stats_.brokers_up > 0) credentials_refused_ = false;
  Publish();
}

void ClusterStatusTracker::OnBrokerAnswered() {
  const MutexLock lock(mutex_);
  answered_ = true;
  Publish();
}

void ClusterStatusTracker::OnCredentialsRefused() {
  const MutexLock lock(mutex_);
  credentials_refused_ = true;
  Publish();
}

void ClusterStatusTracker::OnFatal() {
  const MutexLock lock(mutex_);
  fatal_ = true;
  Publish();
}

void ClusterStatusTracker::OnReplaced() {
  const MutexLock lock(mutex_);
  fatal_ = false;
  has_stats_ = false;
  answered_ = false;
  since_id_ = kIdForgotten;
  stats_ = ClusterStats();
  Publish();
}

KafkaStatus ClusterStatusTracker::Status() const {
  const MutexLock lock(mutex_);
  return status_;
}

ClusterConnectivity ClusterStatusTracker::Connectivity() const {
  const MutexLock lock(mutex_);
  const bool none_up = has_stats_ ? stats_.brokers_up == 0 : !answered_;
  return {none_up, none_up && credentials_refused_};
}

// After a failed batch librdkafka renews the id for a moment, which is no reason to be not ready.
bool ClusterStatusTracker::HasProducerId() const {
  if (ProducerIdOf(stats_.idempotence) != ProducerId::kNone) return true;
  return since_id_ < kIdForgotten && stats_.idempotence != "FatalError";
}

void ClusterStatusTracker::Publish() {
  const bool no_id = has_stats_ && !HasProducerId();
  status_.brokers_up = has_stats_ ? stats_.brokers_up : (answered_ ? 1 : 0);
  status_.brokers_known = has_stats_ ? stats_.brokers_known : status_.brokers_up;
  const bool ready = !fatal_ && status_.brokers_up > 0 && !no_id;
  status_.description = Describe(status_, fatal_, credentials_refused_, no_id);
  if (ready == status_.ready) return;
  status_.ready = ready;
  metrics_.OnKafkaReady(ready);
  logger_.Log(ready ? LogLevel::kInformation : LogLevel::kWarning,
              ready ? "kafka-ready" : "kafka-not-ready", status_.description,
              {{"brokersUp", std::int64_t{status_.brokers_up}},
               {"brokersKnown", std::int64_t{status_.brokers_known}}});
}

}  // namespace gateway
