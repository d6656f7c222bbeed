// Tracks whether the gateway can produce and whether the cluster lets it in, from the merged
// statistics of librdkafka's clients (four times per second) and from events in between. Logs each
// change, and passes readiness to ProduceMetrics::OnKafkaReady. Any thread.
#ifndef GATEWAY_INFRA_KAFKA_STATS_CLUSTER_STATUS_H_
#define GATEWAY_INFRA_KAFKA_STATS_CLUSTER_STATUS_H_

#include <string>

#include "infra/kafka/stats/cluster_stats.h"
#include "infra/kafka/types/access_fault.h"
#include "infra/kafka/types/record_errors.h"
#include "service/ports/logger.h"
#include "service/ports/produce_metrics.h"
#include "service/types/kafka_status.h"
#include "service/types/mutex.h"

namespace gateway {

class ClusterStatusTracker final {
 public:
  ClusterStatusTracker(bool embedded, Logger& logger, ProduceMetrics& metrics);

  void OnStats(const ClusterStats& stats);
  // A broker answered, which is enough until the first statistics arrive.
  void OnBrokerAnswered();
  // The cluster does not let the gateway in. The fault counts while no broker is up
  // (kClusterDenied: until the producer has an id), and is forgotten once the broker that it names
  // is up.
  void OnAccessFault(AccessFault fault);
  void OnFatal();
  // The group is being replaced to use new settings. The published status stays until the new group
  // is up, but for five seconds at most.
  void OnRenewal();
  // Brokers close connections when a token expires, and librdkafka reconnects within a moment. From
  // now on the loss of all brokers counts only after two seconds.
  void TolerateReconnects();
  void OnReplaced();  // a new group has replaced the old one

  KafkaStatus Status() const;
  // Why the cluster does not let the gateway in, as a sentence for clients; "" if it does.
  std::string AccessSentence() const;
  // A broker has been up since the start.
  bool was_up() const;
  ClusterConnectivity Connectivity() const;

 private:
  // Counted in statistics, of which there are four per second.
  static constexpr int kIdForgotten = 5;
  static constexpr int kReconnectGrace = 8;
  static constexpr int kRenewalGrace = 20;

  bool HasProducerId() const REQUIRES(mutex_);
  bool NoBrokerUp() const REQUIRES(mutex_);
  bool AccessRefused() const REQUIRES(mutex_);
  void ForgetFault() REQUIRES(mutex_);
  void Publish() REQUIRES(mutex_);
  void PublishAccess() REQUIRES(mutex_);

  Logger& logger_;
  ProduceMetrics& metrics_;
  mutable Mutex mutex_;
  ClusterStats stats_ GUARDED_BY(mutex_);
  bool has_stats_ GUARDED_BY(mutex_) = false;
  bool answered_ GUARDED_BY(mutex_) = false;
  // How many statistics ago the producer last had an id.
  int since_id_ GUARDED_BY(mutex_) = kIdForgotten;
  AccessFault fault_ GUARDED_BY(mutex_);
  bool was_up_ GUARDED_BY(mutex_) = false;
  bool fatal_ GUARDED_BY(mutex_) = false;
  bool tolerates_reconnects_ GUARDED_BY(mutex_) = false;
  int without_broker_ GUARDED_BY(mutex_) = 0;        // how many of the last statistics
  bool renewal_pending_ GUARDED_BY(mutex_) = false;  // the old group still reports
  int renewing_ GUARDED_BY(mutex_) = 0;              // for this many more statistics
  KafkaStatus status_ GUARDED_BY(mutex_);
};

}  // namespace gateway

#endif  // GATEWAY_INFRA_KAFKA_STATS_CLUSTER_STATUS_H_
