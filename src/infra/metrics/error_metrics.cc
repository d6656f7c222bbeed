#include "infra/metrics/error_metrics.h"

#include <algorithm>

#include "infra/metrics/families.h"

namespace gateway {
namespace {

std::string ClassOf(int status) { return std::to_string(status / 100) + "xx"; }

}  // namespace

ErrorMetrics::ErrorMetrics(const std::vector<std::pair<std::string, int>>& problems,
                           std::vector<std::string> record_errors)
    : problems_(problems.size()),
      record_errors_(std::move(record_errors)),
      records_(record_errors_.size() + 1) {
  for (const auto& [code, status] : problems) problems_.FindOrAdd(code, 0, status);
}

void ErrorMetrics::OnProblem(std::string_view code) {
  if (Problem* const problem = problems_.Find(code)) problem->count.Add(0, 1);
}

void ErrorMetrics::OnRecordFailed(ErrorCode code) {
  records_.Add(std::min(static_cast<std::size_t>(code), record_errors_.size()), 1);
}

std::vector<prometheus::MetricFamily> ErrorMetrics::Collect() const {
  prometheus::MetricFamily problems =
      MakeFamily(prometheus::MetricType::Counter, "kafka_gateway_problems_total",
                 "Requests answered with a problem document, by its code and the class of its "
                 "status.");
  problems_.ForEach([&problems](std::string_view code, std::uint32_t, const Problem& problem) {
    AddCounter(problems, {{"code", std::string(code)}, {"class", ClassOf(problem.status)}},
               static_cast<double>(problem.count.Sum(0)));
  });
  prometheus::MetricFamily records =
      MakeFamily(prometheus::MetricType::Counter, "kafka_gateway_record_errors_total",
                 "Records that failed or possibly failed, by the code of their error.");
  for (std::size_t i = 0; i < record_errors_.size(); ++i) {
    AddCounter(records, {{"code", record_errors_[i]}}, static_cast<double>(records_.Sum(i)));
  }
  std::vector<prometheus::MetricFamily> families;
  families.push_back(std::move(problems));
  families.push_back(std::move(records));
  return families;
}

}  // namespace gateway
