// Cuts the topics out of librdkafka's statistics: they grow with the number of partitions, to
// megabytes; the rest does not, and is valid JSON without them. Pure functions.
#ifndef GATEWAY_INFRA_KAFKA_STATS_STATS_PARTS_H_
#define GATEWAY_INFRA_KAFKA_STATS_STATS_PARTS_H_

#include <cstddef>
#include <string_view>

namespace gateway {

// The text without its member "topics" is `head` and then `tail`.
struct StatsParts {
  std::string_view head;
  std::string_view tail;
};

// librdkafka writes "topics" after "brokers" and before "eos", and no name of a topic or a broker
// contains a quote. A text with another structure is all head.
inline StatsParts WithoutTopics(std::string_view json) {
  const std::size_t topics = json.find("\"topics\":");
  const std::size_t rest = json.rfind("\"eos\":");
  if (topics == std::string_view::npos || rest == std::string_view::npos || rest < topics) {
    return {json, {}};
  }
  return {json.substr(0, topics), json.substr(rest)};
}

}  // namespace gateway

#endif  // GATEWAY_INFRA_KAFKA_STATS_STATS_PARTS_H_
