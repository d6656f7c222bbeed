#include "service/produce/topic_policy.h"

#include <algorithm>
#include <utility>

#include "service/types/glob.h"

namespace gateway {

TopicPolicy::TopicPolicy(std::vector<std::string> allow, std::vector<std::string> deny)
    : allow_(std::move(allow)), deny_(std::move(deny)) {}

bool TopicPolicy::Allows(std::string_view topic) const {
  if (topic.starts_with("__")) return false;
  const auto matches = [topic](const std::string& glob) { return GlobMatches(glob, topic); };
  return std::none_of(deny_.begin(), deny_.end(), matches) &&
         std::any_of(allow_.begin(), allow_.end(), matches);
}

}  // namespace gateway
