// Whether the gateway can produce, from the merged statistics of librdkafka's clients (four times
// per second) and from events in between; and whether the cluster lets it in. On a change of
// either: one log line, and Metrics::OnKafkaReady. Any thread.
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
  // The cluster does not let the gateway in. Counts while no broker is up (kClusterDenied: until
  // the producer has an id), and is forgotten when the broker of the fault is up.
  void OnAccessFault(AccessFault fault);
  void OnFatal();
  // The instance is being replaced to make use of new settings. What is published stays until the
  // new one is up, but not for longer than five seconds.
  void OnRenewal();
  // Brokers close connections when a token expires, and are back within a moment: from now on their
  // loss counts after two seconds.
  void TolerateReconnects();
  void OnReplaced();  // a new instance has replaced the one with the fatal error

  KafkaStatus Status() const;
  // What is wrong with the access to the cluster, for clients: "" if nothing is.
  std::string AccessSentence() const;
  // A broker has been up since the start.
  bool was_up() const;
  ClusterConnectivity Connectivity() const;

 private:
  // In statistics, of which there are four per second.
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
  int without_broker_ GUARDED_BY(mutex_) = 0;        // the last so many statistics
  bool renewal_pending_ GUARDED_BY(mutex_) = false;  // the old instance still reports
  int renewing_ GUARDED_BY(mutex_) = 0;              // for so many statistics more
  KafkaStatus status_ GUARDED_BY(mutex_);
};

}  // namespace gateway

#endif  // GATEWAY_INFRA_KAFKA_STATS_CLUSTER_STATUS_H_
