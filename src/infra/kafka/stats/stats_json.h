// How librdkafka's statistics are read: with simdjson, member by member, as far as a reader wants
// them. For .cc files only: it brings all of simdjson.
#ifndef GATEWAY_INFRA_KAFKA_STATS_STATS_JSON_H_
#define GATEWAY_INFRA_KAFKA_STATS_STATS_JSON_H_

#include <simdjson.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "infra/kafka/stats/stats_parts.h"

namespace gateway {

// Calls visit(key, value) for each member. False if the text turned out to be no JSON on the way.
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

// The same for a value; false as well if it is no object.
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

// A text that is being read. Keeps its memory from one text to the next; one thread at a time.
class StatsText final {
 public:
  // Calls visit(key, value) for each member of the outermost object. False if the text is not what
  // librdkafka writes, perhaps only found on the way.
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
  // The outermost object, good until the next call; absent if there is none.
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

  std::string text_;  // with the room behind it that simdjson reads
  simdjson::ondemand::parser parser_;
  simdjson::ondemand::document document_;
};

inline std::string_view StringOf(simdjson::ondemand::value& from) {
  std::string_view text;
  return from.get_string().get(text) == simdjson::SUCCESS ? text : std::string_view();
}

// -1 if it is none.
inline std::int64_t IntegerOf(simdjson::ondemand::value& from) {
  std::int64_t number = -1;
  return from.get_int64().get(number) == simdjson::SUCCESS ? number : -1;
}

}  // namespace gateway

#endif  // GATEWAY_INFRA_KAFKA_STATS_STATS_JSON_H_
