// Errors by code: requests by their problem document, records by their error. Owned by
// PrometheusMetrics; any thread.
#ifndef GATEWAY_INFRA_METRICS_ERROR_METRICS_H_
#define GATEWAY_INFRA_METRICS_ERROR_METRICS_H_

#include <prometheus/collectable.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "infra/metrics/label_table.h"
#include "infra/metrics/sharded.h"
#include "service/types/error.h"

namespace gateway {

class ErrorMetrics final : public prometheus::Collectable {
 public:
  // All codes: of problems with their status, of records in the order of ErrorCode.
  ErrorMetrics(const std::vector<std::pair<std::string, int>>& problems,
               std::vector<std::string> record_errors);

  void OnProblem(std::string_view code);
  void OnRecordFailed(ErrorCode code);

  std::vector<prometheus::MetricFamily> Collect() const override;

 private:
  struct Problem {
    explicit Problem(int of_status) : status(of_status) {}
    int status;
    ShardedCells count{1};
  };

  LabelTable<Problem> problems_;
  const std::vector<std::string> record_errors_;
  ShardedCells records_;  // by ErrorCode; the last counts codes without a name
};

}  // namespace gateway

#endif  // GATEWAY_INFRA_METRICS_ERROR_METRICS_H_
