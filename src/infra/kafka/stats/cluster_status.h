// Whether the gateway can produce, from the merged statistics of librdkafka's clients (four times
// per second) and from events in between. On a change: one log line and Metrics::OnKafkaReady. Any
// thread.
#ifndef GATEWAY_INFRA_KAFKA_STATS_CLUSTER_STATUS_H_
#define GATEWAY_INFRA_KAFKA_STATS_CLUSTER_STATUS_H_

#include <mutex>
#include <string>

#include "infra/kafka/client/error_codes.h"
#include "infra/kafka/stats/cluster_stats.h"
#include "service/ports/logger.h"
#include "service/ports/produce_metrics.h"
#include "service/types/kafka_status.h"

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

  bool HasProducerId() const;
  void Publish();

  Logger& logger_;
  ProduceMetrics& metrics_;
  mutable std::mutex mutex_;
  ClusterStats stats_;
  bool has_stats_ = false;
  bool answered_ = false;
  int since_id_ = kIdForgotten;  // how many statistics ago the producer last had an id
  bool credentials_refused_ = false;
  bool fatal_ = false;
  KafkaStatus status_;
};

}  // namespace gateway

#endif  // GATEWAY_INFRA_KAFKA_STATS_CLUSTER_STATUS_H_
