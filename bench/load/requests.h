// The requests of the load generator, all of which are made before the first is sent.
#ifndef BENCH_LOAD_REQUESTS_H_
#define BENCH_LOAD_REQUESTS_H_

#include <cstddef>
#include <string>
#include <vector>

namespace gateway::bench {

struct RequestShape {
  // single: {"topic","key","value"}; batch: {"topic","messages":[…]}; ndjson: an envelope per
  // line; lines: a raw value per line; raw: the body is the value; v2:
  // {"records":[{"key","value"}…]}, which Confluent's REST proxy and Strimzi's bridge accept.
  std::string format;
  std::string host;   // host:port
  std::string path;   // empty: the gateway's own for the format
  std::string topic;  // with `topics` > 1 the prefix: topic-0, topic-1, …
  std::size_t topics = 1;
  std::size_t keys =
      0;  // different keys; 0: none. Lines and raw bytes: one key at most, in the query
  std::size_t records = 1;  // a request
  std::size_t bytes = 200;  // a value
  bool minimal = false;     // Prefer: return=minimal
  std::string header;       // one more field, "Name: value"; empty: none
};

// Whole requests, head and body. Empty if the format is none of the above.
std::vector<std::string> MakeRequests(const RequestShape& shape);

}  // namespace gateway::bench

#endif  // BENCH_LOAD_REQUESTS_H_
