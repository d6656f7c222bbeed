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
  void OnReplaced();  // a new instance has replaced the one with the fatal error

  KafkaStatus Status() const;
  // What is wrong with the access to the cluster, for clients: "" if nothing is.
  std::string AccessSentence() const;
  // A broker has been up since the start.
  bool was_up() const;
  ClusterConnectivity Connectivity() const;

 private:
  static constexpr int kIdForgotten = 5;  // a second

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
  KafkaStatus status_ GUARDED_BY(mutex_);
};

}  // namespace gateway

#endif  // GATEWAY_INFRA_KAFKA_STATS_CLUSTER_STATUS_H_
