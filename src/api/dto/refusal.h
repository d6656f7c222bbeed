// The problems that refuse the records of a request before any is sent. Pure functions.
#ifndef GATEWAY_API_DTO_REFUSAL_H_
#define GATEWAY_API_DTO_REFUSAL_H_

#include <cstddef>

#include "dto/fault_list.h"
#include "problem.h"

namespace gateway {

// `faults` must have one; they move into the problem.
Problem InvalidRecords(FaultList* faults);
Problem TooManyRecords(std::size_t max_records);

}  // namespace gateway

#endif  // GATEWAY_API_DTO_REFUSAL_H_
