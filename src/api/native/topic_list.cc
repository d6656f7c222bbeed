#include "api/native/topic_list.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory_resource>

#include "api/codec/integer.h"
#include "api/json/json_writer.h"
#include "api/native/query.h"
#include "api/native/validation_errors.h"

namespace gateway {
namespace {

enum Name : std::size_t { kLimit, kAfter };
constexpr std::array<std::string_view, 2> kNames = {"limit", "after"};

void AppendBrokers(std::string_view name, const std::vector<BrokerId>& brokers, std::string* out) {
  out->append(",\"").append(name).append("\":[");
  for (std::size_t i = 0; i < brokers.size(); ++i) {
    if (i != 0) out->push_back(',');
    AppendJsonInteger(brokers[i], out);
  }
  out->push_back(']');
}

}  // namespace

Result<TopicPage, Problem> ParseTopicPage(std::string_view query) {
  TopicPage page;
  ValidationErrors errors;
  std::pmr::monotonic_buffer_resource arena;
  ReadQuery(query, {kNames, ""}, &arena, &errors, [&](std::size_t name, std::string_view value) {
    if (name == kAfter) {
      page.after = value;
      return;
    }
    const auto limit = ParseInteger<std::size_t>(value);
    if (limit && *limit >= 1 && *limit <= kMaxTopicPage) {
      page.limit = *limit;
    } else {
      errors.AddParameter(kNames[name], {"A limit must be an integer from 1 to 1000."});
    }
  });
  if (!errors.empty()) return Problem::FromError(errors.Take().Build());
  return page;
}

std::string FormatTopicPage(const std::vector<TopicInfo>& topics, const TopicPage& page,
                            const std::function<bool(std::string_view)>& allowed) {
  const auto behind = [](const std::string& after, const TopicInfo& topic) {
    return after < topic.name;
  };
  auto topic = topics.begin();
  if (!page.after.empty()) {
    topic = std::upper_bound(topics.begin(), topics.end(), page.after, behind);
  }
  std::string out = "{\"topics\":[";
  const TopicInfo* last = nullptr;
  std::size_t count = 0;
  for (; topic != topics.end(); ++topic) {
    if (!allowed(topic->name)) continue;
    if (count == page.limit) break;
    out.append(count++ == 0 ? "{\"name\":" : ",{\"name\":");
    AppendJsonString(topic->name, &out);
    out.append(",\"partitions\":");
    AppendJsonInteger(static_cast<std::int64_t>(topic->partitions.size()), &out);
    out.push_back('}');
    last = &*topic;
  }
  out.push_back(']');
  if (topic != topics.end() && last != nullptr) {
    out.append(",\"next\":");
    AppendJsonString(last->name, &out);
  }
  out.push_back('}');
  return out;
}

std::string FormatTopic(const TopicInfo& topic) {
  std::string out = "{\"name\":";
  AppendJsonString(topic.name, &out);
  out.append(",\"partitions\":[");
  for (std::size_t i = 0; i < topic.partitions.size(); ++i) {
    const PartitionInfo& partition = topic.partitions[i];
    out.append(i == 0 ? "{\"partition\":" : ",{\"partition\":");
    AppendJsonInteger(partition.partition, &out);
    out.append(",\"leader\":");
    if (partition.leader) {
      AppendJsonInteger(*partition.leader, &out);
    } else {
      out.append("null");
    }
    AppendBrokers("replicas", partition.replicas, &out);
    AppendBrokers("inSyncReplicas", partition.in_sync, &out);
    out.push_back('}');
  }
  out.append("]}");
  return out;
}

}  // namespace gateway
