#include "dto/refusal.h"

#include <string>

namespace gateway {

Problem InvalidRecords(FaultList* faults) {
  Problem problem;
  problem.type = ProblemType::kInvalidRecord;
  problem.truncated = faults->truncated();
  problem.errors = faults->Take();
  problem.detail = problem.errors.size() == 1
                       ? problem.errors[0].detail
                       : "\"errors\" lists what is wrong with the request; nothing of it was sent.";
  return problem;
}

Problem TooManyRecords(std::size_t max_records) {
  Problem problem;
  problem.type = ProblemType::kTooManyRecords;
  problem.detail = "The request has more than " + std::to_string(max_records) +
                   " records (Limits:MaxBatchRecords); send them in several requests.";
  return problem;
}

}  // namespace gateway
