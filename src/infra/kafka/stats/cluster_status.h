// Whether the gateway can produce, from the merged statistics of librdkafka's clients (four times
// per second) and from events in between. On a change: one log line and Metrics::OnKafkaReady. Any
// thread.
#ifndef GATEWAY_INFRA_KAFKA_STATS_CLUSTER_STATUS_H_
#define GATEWAY_INFRA_KAFKA_STATS_CLUSTER_STATUS_H_

#include "infra/kafka/stats/cluster_stats.h"
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
  // A broker refused the credentials, or the TLS handshake failed; forgotten when a broker is up.
  void OnCredentialsRefused();
  void OnFatal();
  void OnReplaced();  // a new instance has replaced the one with the fatal error

  KafkaStatus Status() const;
  ClusterConnectivity Connectivity() const;

 private:
  static constexpr int kIdForgotten = 5;  // a second

  bool HasProducerId() const REQUIRES(mutex_);
  void Publish() REQUIRES(mutex_);

  Logger& logger_;
  ProduceMetrics& metrics_;
  mutable Mutex mutex_;
  ClusterStats stats_ GUARDED_BY(mutex_);
  bool has_stats_ GUARDED_BY(mutex_) = false;
  bool answered_ GUARDED_BY(mutex_) = false;
  // How many statistics ago the producer last had an id.
  int since_id_ GUARDED_BY(mutex_) = kIdForgotten;
  bool credentials_refused_ GUARDED_BY(mutex_) = false;
  bool fatal_ GUARDED_BY(mutex_) = false;
  KafkaStatus status_ GUARDED_BY(mutex_);
};

}  // namespace gateway

#endif  // GATEWAY_INFRA_KAFKA_STATS_CLUSTER_STATUS_H_
