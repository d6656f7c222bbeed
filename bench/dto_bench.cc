// Times the parsing of request bodies: one record of about 250 bytes, and a record of a batch.
//
//   g++ -std=c++20 -O2 -Isrc/api -Isrc/service bench/dto_bench.cc src/api/dto/*.cc src/api/*.cc
//       src/service/*.cc -lsimdjson -o dto_bench && ./dto_bench
#include <malloc.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string>

#include "dto/produce_request.h"

namespace {

using gateway::kBodyPadding;

std::string Copy(const std::string& text) {
  std::string body;
  body.reserve(text.size() + kBodyPadding);
  return body.append(text);
}

// Nanoseconds a call, the best of several rounds.
template <typename Call>
double Best(int calls, Call&& call) {
  double best = 1e18;
  for (int round = 0; round < 9; ++round) {
    const auto start = std::chrono::steady_clock::now();
    for (int i = 0; i < calls; ++i) call();
    const std::chrono::duration<double, std::nano> took = std::chrono::steady_clock::now() - start;
    best = std::min(best, took.count() / calls);
  }
  return best;
}

std::string Envelope(const std::string& value, const char* extra = "") {
  return R"({"topic":"orders","key":"customer-4711","value":)" + value + extra + "}";
}

void Measure(const char* name, const std::string& record) {
  const double single = Best(20'000, [&] {
    if (!gateway::ParseSendRequest(Copy(record)).ok()) std::puts("refused");
  });
  std::string batch = "[";
  for (int i = 0; i < 1'000; ++i) batch.append(i == 0 ? "" : ",").append(record);
  batch.push_back(']');
  const double many = Best(50, [&] {
    if (!gateway::ParseBatchRequest(Copy(batch), 10'000).ok()) std::puts("refused");
  });
  std::printf("%-28s %4zu bytes   single %6.0f ns   in a batch of 1000 %6.0f ns/record\n", name,
              record.size(), single, many / 1'000);
}

}  // namespace

int main() {
  // The allocator would give a large body's pages back each time, and be most of what is measured.
  mallopt(M_MMAP_THRESHOLD, 64 << 20);
  mallopt(M_TRIM_THRESHOLD, 64 << 20);
  const std::string text = "\"" + std::string(198, 'x') + "\"";
  const std::string object =
      R"({"id":123456789,"name":"Widget, blue","price":12.95,"tags":["a","b","c"],"ok":true,)"
      R"("at":"2026-01-02T03:04:05Z","address":{"street":"Main Street 1","city":"Springfield",)"
      R"("zip":"12345"},"note":null,"q":[1,2,3,4,5,6]})";
  std::string numbers = "[";
  for (int i = 0; i < 33; ++i) numbers.append(i == 0 ? "" : ",").append(std::to_string(i * 977));
  numbers.push_back(']');
  Measure("text", Envelope(text));
  Measure("object", Envelope(object));
  Measure("numbers", Envelope(numbers));
  Measure("object, headers", Envelope(object, R"(,"headers":{"trace":"abc","n":null})"));
  Measure("escapes", Envelope("\"" + std::string(60, 'x') + R"(\n\"quoted\"\t)" +
                              std::string(110, 'y') + "\""));
  return 0;
}
