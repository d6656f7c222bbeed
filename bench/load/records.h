// Records to measure with: the load generator sends them over HTTP, kafka_floor gives the same ones
// to librdkafka. They all differ and do not compress to nothing, as JSON of real users does not.
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

// `count` records, the same in each run. The value has exactly `bytes` bytes (at least 120). Keys
// go round among `keys` different ones; 0: no record has one.
std::vector<TestRecord> MakeRecords(std::size_t count, std::size_t bytes, std::size_t keys);

// How many units (requests or batches) of so many records of so many bytes a program prepares:
// enough to differ, at most some 16 MB.
std::size_t SetSize(std::size_t records, std::size_t bytes, std::size_t keys);

}  // namespace gateway::bench

#endif  // BENCH_LOAD_RECORDS_H_
