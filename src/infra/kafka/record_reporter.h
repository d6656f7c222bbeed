// Passes the outcome of each record on to its request and counts it. Logs outcomes that come after
// the answer and, at Debug, all of them. If a record fails because the cluster does not let the
// gateway in, adds the reason to its error. Any thread; owned by KafkaProducer.
#ifndef GATEWAY_INFRA_KAFKA_RECORD_REPORTER_H_
#define GATEWAY_INFRA_KAFKA_RECORD_REPORTER_H_

#include <atomic>
#include <cstdint>

#include "infra/kafka/accumulator/sinks.h"
#include "infra/kafka/stats/cluster_status.h"
#include "service/ports/logger.h"
#include "service/types/pending_record.h"

namespace gateway {

class RecordReporter final : public ReportSink {
 public:
  // Records since the start, by outcome.
  struct Totals {
    std::int64_t delivered = 0;
    std::int64_t not_persisted = 0;
    std::int64_t possibly_persisted = 0;
  };

  // Both must outlive it.
  RecordReporter(const ClusterStatusTracker& status, Logger& logger)
      : status_(status), logger_(logger) {}

  void Report(PendingRecord* record, DeliveryReport report) override;

  Totals totals() const;

 private:
  void LogLate(const PendingRecord& record, const DeliveryReport& report) const;
  void LogOutcome(const PendingRecord& record, const DeliveryReport& report) const;

  const ClusterStatusTracker& status_;
  Logger& logger_;
  std::atomic<std::int64_t> delivered_{0};
  std::atomic<std::int64_t> not_persisted_{0};
  std::atomic<std::int64_t> possibly_persisted_{0};
};

}  // namespace gateway

#endif  // GATEWAY_INFRA_KAFKA_RECORD_REPORTER_H_
