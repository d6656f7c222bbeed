// Reads librdkafka's statistics with simdjson, member by member. Only for .cc files: it includes
// all of simdjson.
#ifndef GATEWAY_INFRA_KAFKA_STATS_STATS_JSON_H_
#define GATEWAY_INFRA_KAFKA_STATS_STATS_JSON_H_

#include <simdjson.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "infra/kafka/stats/cluster_stats.h"

namespace gateway {

// Calls visit(key, value) for each member. False if the text turns out to be invalid JSON.
template <typename Visit>
bool ForEachMember(simdjson::ondemand::object& of, const Visit& visit) {
  for (auto member : of) {
    std::string_view key;
    simdjson::ondemand::value held;
    if (member.unescaped_key().get(key) != simdjson::SUCCESS) return false;
    if (member.value().get(held) != simdjson::SUCCESS) return false;
    visit(key, held);
  }
  return true;
}

// The same for a value; also false if it is not an object.
template <typename Visit>
bool ForEachMember(simdjson::ondemand::value& of, const Visit& visit) {
  simdjson::ondemand::object members;
  return of.get_object().get(members) == simdjson::SUCCESS && ForEachMember(members, visit);
}

// Calls visit(key, object) for each member of `of` that is an object.
template <typename Visit>
void ForEachObject(simdjson::ondemand::value& of, const Visit& visit) {
  ForEachMember(of, [&visit](std::string_view name, simdjson::ondemand::value& held) {
    simdjson::ondemand::object inner;
    if (held.get_object().get(inner) == simdjson::SUCCESS) visit(name, inner);
  });
}

// The text being read. Reuses its memory for the next text; one thread at a time.
class StatsText final {
 public:
  // Calls visit(key, value) for each member of the outermost object. False if the text does not
  // have librdkafka's format, even if some members have been visited.
  template <typename Visit>
  bool Read(const StatsParts& json, const Visit& visit) {
    std::optional<simdjson::ondemand::object> root = Open(json);
    bool has_brokers = false;
    return root &&
           ForEachMember(*root,
                         [&](std::string_view key, simdjson::ondemand::value& held) {
                           has_brokers = has_brokers || key == "brokers";
                           visit(key, held);
                         }) &&
           has_brokers;
  }

 private:
  // The outermost object, valid until the next call; absent if there is none.
  std::optional<simdjson::ondemand::object> Open(const StatsParts& json) {
    text_.reserve(json.head.size() + json.tail.size() + simdjson::SIMDJSON_PADDING);
    text_.assign(json.head).append(json.tail);
    simdjson::ondemand::object root;
    if (parser_.iterate(text_.data(), text_.size(), text_.capacity()).get(document_) !=
            simdjson::SUCCESS ||
        document_.get_object().get(root) != simdjson::SUCCESS) {
      return std::nullopt;
    }
    return root;
  }

  std::string text_;  // with the padding that simdjson reads
  simdjson::ondemand::parser parser_;
  simdjson::ondemand::document document_;
};

inline std::string_view StringOf(simdjson::ondemand::value& from) {
  std::string_view text;
  return from.get_string().get(text) == simdjson::SUCCESS ? text : std::string_view();
}

// -1 if it is not a number.
inline std::int64_t IntegerOf(simdjson::ondemand::value& from) {
  std::int64_t number = -1;
  return from.get_int64().get(number) == simdjson::SUCCESS ? number : -1;
}

// The silence of a broker that has not sent a byte yet.
inline constexpr std::chrono::microseconds kNeverSpoke = std::chrono::hours(1);

// One broker. Other members go to visit(key, value). Absent if the broker has no id: it is then an
// address of the configuration, and is also listed with its id.
template <typename Visit>
std::optional<ClusterStats::Broker> ReadBroker(simdjson::ondemand::object& from,
                                               const Visit& visit) {
  std::int64_t id = -1;
  std::int64_t idle = -1;
  bool up = false;
  const bool whole =
      ForEachMember(from, [&](std::string_view key, simdjson::ondemand::value& held) {
        if (key == "nodeid") {
          id = IntegerOf(held);
        } else if (key == "rxidle") {
          idle = IntegerOf(held);
        } else if (key == "state") {
          up = StringOf(held) == "UP";
        } else {
          visit(key, held);
        }
      });
  if (!whole || id < 0) return std::nullopt;
  const auto silent_for = idle < 0 ? kNeverSpoke : std::chrono::microseconds(idle);
  return ClusterStats::Broker{static_cast<BrokerId>(id), up, silent_for};
}

// "idemp_state" of the member "eos"; absent if it has none. Its other members go to visit(key,
// value).
template <typename Visit>
std::optional<std::string> ReadIdempotence(simdjson::ondemand::value& eos, const Visit& visit) {
  std::optional<std::string> state;
  ForEachMember(eos, [&](std::string_view key, simdjson::ondemand::value& held) {
    if (key == "idemp_state") {
      state = StringOf(held);
    } else {
      visit(key, held);
    }
  });
  return state;
}

// Merges the parts that another client reports into `all`: calls join(other, &part) for those with
// the same key(part), and appends the others.
template <typename Part, typename Key, typename Join>
void JoinEach(const std::vector<Part>& others, std::vector<Part>* all, const Key& key,
              const Join& join) {
  for (const Part& other : others) {
    const auto found = std::find_if(all->begin(), all->end(),
                                    [&](const Part& part) { return key(part) == key(other); });
    if (found == all->end()) {
      all->push_back(other);
    } else {
      join(other, &*found);
    }
  }
}

}  // namespace gateway

#endif  // GATEWAY_INFRA_KAFKA_STATS_STATS_JSON_H_
