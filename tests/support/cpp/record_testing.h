// Records for tests that need only topic and partition.
#ifndef GATEWAY_TESTS_SUPPORT_CPP_RECORD_TESTING_H_
#define GATEWAY_TESTS_SUPPORT_CPP_RECORD_TESTING_H_

#include <optional>

#include "service/types/record.h"

namespace gateway::testing {

inline Record OnOrders(std::optional<Partition> partition = std::nullopt) {
  Record record;
  record.topic = "orders";
  record.partition = partition;
  return record;
}

}  // namespace gateway::testing

#endif  // GATEWAY_TESTS_SUPPORT_CPP_RECORD_TESTING_H_
