#include "infra/kafka/stats/cluster_status.h"

#include <algorithm>
#include <utility>

namespace gateway {
namespace {

std::string Describe(const KafkaStatus& status, bool fatal, bool no_producer_id) {
  if (fatal) return "The producer met a fatal error and is being replaced.";
  if (status.brokers_up == 0) return "No broker answers.";
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
  was_up_ = was_up_ || stats_.brokers_up > 0;
  without_broker_ = stats_.brokers_up > 0 ? 0 : std::min(without_broker_ + 1, kReconnectGrace);
  renewing_ = std::max(renewing_ - 1, 0);
  ForgetFault();
  Publish();
}

void ClusterStatusTracker::OnBrokerAnswered() {
  const MutexLock lock(mutex_);
  answered_ = true;
  was_up_ = true;
  Publish();
}

void ClusterStatusTracker::OnAccessFault(AccessFault fault) {
  const MutexLock lock(mutex_);
  // While brokers are up, the producer cannot write because its id is denied.
  if (fault_.access == KafkaAccess::kClusterDenied && !NoBrokerUp()) return;
  fault_ = std::move(fault);
  Publish();
}

void ClusterStatusTracker::OnFatal() {
  const MutexLock lock(mutex_);
  fatal_ = true;
  renewal_pending_ = false;
  renewing_ = 0;
  Publish();
}

void ClusterStatusTracker::OnRenewal() {
  const MutexLock lock(mutex_);
  renewal_pending_ = status_.ready;
}

void ClusterStatusTracker::TolerateReconnects() {
  const MutexLock lock(mutex_);
  tolerates_reconnects_ = true;
}

void ClusterStatusTracker::OnReplaced() {
  const MutexLock lock(mutex_);
  if (std::exchange(renewal_pending_, false)) renewing_ = kRenewalGrace;
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

std::string ClusterStatusTracker::AccessSentence() const {
  const MutexLock lock(mutex_);
  return AccessRefused() ? fault_.sentence : std::string();
}

bool ClusterStatusTracker::was_up() const {
  const MutexLock lock(mutex_);
  return was_up_;
}

ClusterConnectivity ClusterStatusTracker::Connectivity() const {
  const MutexLock lock(mutex_);
  return {NoBrokerUp(), AccessRefused()};
}

bool ClusterStatusTracker::NoBrokerUp() const {
  return has_stats_ ? stats_.brokers_up == 0 : !answered_;
}

// kClusterDenied lasts until ForgetFault drops it, because brokers may be up and yet deny the id.
bool ClusterStatusTracker::AccessRefused() const {
  if (fault_.access == KafkaAccess::kOk) return false;
  return fault_.access == KafkaAccess::kClusterDenied || NoBrokerUp();
}

// librdkafka reports a lasting fault only twice, so the tracker keeps it until it is over.
void ClusterStatusTracker::ForgetFault() {
  if (fault_.access == KafkaAccess::kOk || stats_.brokers_up == 0) return;
  bool over = since_id_ == 0;
  if (fault_.access != KafkaAccess::kClusterDenied) {
    over = !fault_.broker_id || stats_.brokers_up == stats_.brokers_known;
    for (const ClusterStats::Broker& broker : stats_.brokers) {
      over = over || (broker.up && broker.id == fault_.broker_id);
    }
  }
  if (over) fault_ = {};
}

// After a failed batch librdkafka briefly renews the id. The gateway stays ready meanwhile.
bool ClusterStatusTracker::HasProducerId() const {
  if (ProducerIdOf(stats_.idempotence) != ProducerId::kNone) return true;
  return since_id_ < kIdForgotten && stats_.idempotence != "FatalError";
}

void ClusterStatusTracker::Publish() {
  const bool no_id = has_stats_ && !HasProducerId();
  const bool up = !fatal_ && !no_id && !NoBrokerUp();
  const bool reconnects = tolerates_reconnects_ && !fatal_ && !no_id && status_.ready &&
                          without_broker_ < kReconnectGrace;
  const bool renews = renewal_pending_ || renewing_ > 0;
  if (!up && !AccessRefused() && (renews || reconnects)) return;
  if (up) renewing_ = 0;
  status_.brokers_up = has_stats_ ? stats_.brokers_up : (answered_ ? 1 : 0);
  status_.brokers_known = has_stats_ ? stats_.brokers_known : status_.brokers_up;
  PublishAccess();
  const bool ready = !fatal_ && status_.brokers_up > 0 && !no_id && !AccessRefused();
  status_.description = AccessRefused() ? fault_.sentence : Describe(status_, fatal_, no_id);
  if (ready == status_.ready) return;
  status_.ready = ready;
  metrics_.OnKafkaReady(ready);
  logger_.Log(ready ? LogLevel::kInformation : LogLevel::kWarning,
              ready ? "kafka-ready" : "kafka-not-ready", status_.description,
              {{"brokersUp", std::int64_t{status_.brokers_up}},
               {"brokersKnown", std::int64_t{status_.brokers_known}}});
}

void ClusterStatusTracker::PublishAccess() {
  const KafkaAccess access = AccessRefused() ? fault_.access : KafkaAccess::kOk;
  if (access == status_.access) return;
  status_.access = access;
  if (access == KafkaAccess::kOk) {
    logger_.Log(LogLevel::kInformation, "kafka-access", "The Kafka brokers let the gateway in.",
                {{"access", NameOf(access)}});
    return;
  }
  logger_.Log(LogLevel::kError, "kafka-access", fault_.sentence,
              {{"access", NameOf(access)},
               {"broker", TextOrNone(fault_.broker)},
               {"reason", TextOrNone(fault_.reason)}});
}

}  // namespace gateway
