// The wire format of GET /api/kafka/topics and /api/kafka/topics/{topic}: the query in, names and
// partitions out. Pure functions; any thread.
#ifndef GATEWAY_API_NATIVE_TOPIC_LIST_H_
#define GATEWAY_API_NATIVE_TOPIC_LIST_H_

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "api/problem/problem.h"
#include "service/ports/topic_catalog.h"
#include "service/types/result.h"

namespace gateway {

inline constexpr std::size_t kMaxTopicPage = 1'000;

struct TopicPage {
  std::size_t limit = 100;  // names, at most kMaxTopicPage
  std::string after;        // names after this one; "": from the first
};

// The problem is kInvalidRecord, with the parameter of each error.
Result<TopicPage, Problem> ParseTopicPage(std::string_view query);

// {"topics":[{"name":"orders","partitions":6}],"next":"orders"}: the `topics` that satisfy
// `allowed`. "next" is present if more follow, and is the `after` of the next page.
std::string FormatTopicPage(const std::vector<TopicInfo>& topics, const TopicPage& page,
                            const std::function<bool(std::string_view)>& allowed);

// {"name":"orders","partitions":[{"partition":0,"leader":1,"replicas":[1,2],"inSyncReplicas":[1]}]}
std::string FormatTopic(const TopicInfo& topic);

}  // namespace gateway

#endif  // GATEWAY_API_NATIVE_TOPIC_LIST_H_
