#include "records.h"

#include <algorithm>
#include <random>

namespace gateway::bench {
namespace {

class Maker final {
 public:
  std::string Object(std::size_t bytes) {
    std::string json = "{\"n\":" + std::to_string(Below(90'000) + 10'000);
    while (json.size() + 60 < bytes) {
      json.append(",\"").append(Word(3, 8)).append("\":");
      switch (Below(4)) {
        case 0:
          json.append(std::to_string(Below(1'000'000)));
          break;
        case 1:
          json.append(Below(2) == 0 ? "true" : "null");
          break;
        default:
          json.append("\"").append(Word(4, 24)).append("\"");
      }
    }
    json.append(",\"t\":\"");
    const std::size_t left = bytes > json.size() + 2 ? bytes - json.size() - 2 : 0;
    return json.append(Word(left, left)).append("\"}");
  }

 private:
  std::size_t Below(std::size_t limit) { return random_() % limit; }

  std::string Word(std::size_t least, std::size_t most) {
    std::string text(least + Below(most - least + 1), 'a');
    for (char& c : text) c = static_cast<char>('a' + Below(26));
    return text;
  }

  std::mt19937_64 random_{1};
};

}  // namespace

std::vector<TestRecord> MakeRecords(std::size_t count, std::size_t bytes, std::size_t keys) {
  Maker maker;
  std::vector<TestRecord> records(count);
  for (std::size_t i = 0; i < count; ++i) {
    if (keys > 0) records[i].key = "key-" + std::to_string(i % keys);
    records[i].value = maker.Object(std::max<std::size_t>(bytes, 16));
  }
  return records;
}

std::size_t SetSize(std::size_t records, std::size_t bytes, std::size_t keys) {
  const std::size_t fits = (16U << 20) / std::max<std::size_t>(1, records * bytes);
  if (records == 1) return std::clamp<std::size_t>(fits, 4, std::max<std::size_t>(256, keys));
  return std::clamp<std::size_t>(fits, 4, 16);
}

}  // namespace gateway::bench
