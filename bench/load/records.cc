#include "records.h"

#include <algorithm>
#include <array>
#include <random>
#include <string_view>

namespace gateway::bench {
namespace {

constexpr std::array<std::string_view, 24> kWords = {
    "amber",  "river",  "stone",  "market", "window", "garden", "silver", "morning",
    "bridge", "letter", "paper",  "winter", "summer", "forest", "harbor", "signal",
    "bottle", "candle", "mirror", "ticket", "pocket", "basket", "ladder", "velvet"};
constexpr std::array<std::string_view, 5> kStates = {"placed", "paid", "packed", "shipped",
                                                     "returned"};

// An order of a shop: the names of the members recur, most of the values do not.
class Maker final {
 public:
  std::string Order(std::size_t bytes) {
    std::string json = "{\"id\":" + Number(1'000'000'000);
    json.append(",\"customer\":\"c-").append(Number(1'000'000)).append("\"");
    json.append(",\"state\":\"").append(kStates[Below(kStates.size())]).append("\"");
    json.append(",\"total\":").append(Number(10'000)).append(".").append(Number(100));
    const std::size_t note = 24;
    for (const char* before = ",\"items\":["; json.size() + kItem + note < bytes; before = ",") {
      json.append(before).append("{\"sku\":\"").append(Number(1'000'000)).append("-");
      json.append(Word()).append("\",\"count\":").append(Number(20)).append(",\"price\":");
      json.append(Number(1'000)).append(".").append(Number(100)).append("}");
      if (json.size() + kItem + note >= bytes) json.push_back(']');
    }
    json.append(",\"note\":\"");
    const std::size_t end = bytes > json.size() + 2 ? bytes - 2 : json.size();
    while (json.size() < end) json.append(Word()).push_back(' ');
    json.resize(end);
    return json.append("\"}");
  }

 private:
  static constexpr std::size_t kItem = 70;

  std::size_t Below(std::size_t limit) { return random_() % limit; }
  std::string Number(std::size_t limit) { return std::to_string(Below(limit)); }
  std::string_view Word() { return kWords[Below(kWords.size())]; }

  std::mt19937_64 random_{1};
};

}  // namespace

std::vector<TestRecord> MakeRecords(std::size_t count, std::size_t bytes, std::size_t keys) {
  Maker maker;
  std::vector<TestRecord> records(count);
  for (std::size_t i = 0; i < count; ++i) {
    if (keys > 0) records[i].key = "key-" + std::to_string(i % keys);
    records[i].value = maker.Order(std::max<std::size_t>(bytes, 120));
  }
  return records;
}

std::size_t SetSize(std::size_t records, std::size_t bytes, std::size_t keys) {
  const std::size_t fits = (16U << 20) / std::max<std::size_t>(1, records * bytes);
  if (records == 1) return std::clamp<std::size_t>(fits, 4, std::max<std::size_t>(256, keys));
  return std::clamp<std::size_t>(fits, 4, 16);
}

}  // namespace gateway::bench
