// Records for measurements: the load generator sends them over HTTP, kafka_floor hands the same
// ones to librdkafka. All of them differ, and they compress about as well as real JSON.
#ifndef BENCH_LOAD_RECORDS_H_
#define BENCH_LOAD_RECORDS_H_

#include <cstddef>
#include <string>
#include <vector>

namespace gateway::bench {

struct TestRecord {
  std::string key;    // empty: none
  std::string value;  // a JSON object
};

// `count` records, the same in each run. The value has exactly `bytes` bytes (at least 120). The
// records use `keys` different keys in turn; 0: no record has a key.
std::vector<TestRecord> MakeRecords(std::size_t count, std::size_t bytes, std::size_t keys);

// The number of units (requests or batches) of so many records of so many bytes that a program
// prepares: enough to differ, and at most some 16 MB.
std::size_t SetSize(std::size_t records, std::size_t bytes, std::size_t keys);

}  // namespace gateway::bench

#endif  // BENCH_LOAD_RECORDS_H_
