// Measures the parsing of request bodies: one record of about 250 bytes, alone and in a batch.
#include <malloc.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "api/native/json_request_parser.h"

namespace {

// Nanoseconds per call, the best of several rounds.
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

// Many different records, because a branch predictor would learn a single one.
std::vector<std::string> Records(const std::function<std::string()>& value, const char* more = "") {
  std::vector<std::string> records;
  for (int i = 0; i < 1'000; ++i) {
    records.push_back(R"({"topic":"orders","key":"customer-)" + std::to_string(i) +
                      R"(","value":)" + value() + more + "}");
  }
  return records;
}

void Measure(const char* name, const std::vector<std::string>& records) {
  const auto count = static_cast<double>(records.size());
  const double single = Best(20, [&] {
    for (const std::string& record : records) {
      if (!gateway::ParseSendRequest(record).ok()) std::puts("refused");
    }
  });
  std::string batch;
  for (const std::string& record : records) batch.append(batch.empty() ? "[" : ",").append(record);
  batch.push_back(']');
  const double many = Best(20, [&] {
    if (!gateway::ParseBatchRequest(batch, 10'000).ok()) std::puts("refused");
  });
  std::printf("%-16s %4.0f bytes   single %4.0f ns   in a batch of 1000 %4.0f ns/record\n", name,
              static_cast<double>(batch.size()) / count, single / count, many / count);
}

}  // namespace

int main() {
  // Otherwise the allocator would release a large body's pages each time, which would dominate.
  mallopt(M_MMAP_THRESHOLD, 64 << 20);
  mallopt(M_TRIM_THRESHOLD, 64 << 20);

  std::mt19937 random(1);
  const auto below = [&random](unsigned limit) { return static_cast<unsigned>(random() % limit); };
  const auto word = [&](unsigned least, unsigned most) {
    std::string text(least + below(most - least + 1), 'a');
    for (char& c : text) c = static_cast<char>('a' + below(26));
    return text;
  };
  const auto text = [&] { return "\"" + word(180, 220) + "\""; };
  const auto number = [&] { return std::to_string(below(1'000'000)); };
  const auto object = [&] {
    std::string json;
    while (json.size() < 195) {
      json.append(json.empty() ? "{\"" : ",\"").append(word(2, 9)).append("\":");
      const std::array<std::string, 5> values = {
          number(), "\"" + word(3, 25) + "\"", below(2) == 0 ? "true" : "null",
          "{\"name\":\"" + word(2, 12) + "\",\"zip\":" + number() + "}",
          "[" + number() + ",2," + number() + "]"};
      json.append(values[below(values.size())]);
    }
    return json + "}";
  };
  Measure("text", Records(text));
  Measure("object", Records(object));
  Measure("object, headers", Records(object, R"(,"headers":{"trace":"abc","none":null})"));
  return 0;
}
