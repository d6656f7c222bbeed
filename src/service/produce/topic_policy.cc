#include "service/produce/topic_policy.h"

#include <algorithm>
#include <utility>

namespace gateway {

TopicPolicy::TopicPolicy(std::vector<std::string> allow, std::vector<std::string> deny)
    : allow_(std::move(allow)), deny_(std::move(deny)) {}

bool TopicPolicy::Allows(std::string_view topic) const {
  if (topic.starts_with("__")) return false;
  const auto matches = [topic](const std::string& glob) { return GlobMatches(glob, topic); };
  return std::none_of(deny_.begin(), deny_.end(), matches) &&
         std::any_of(allow_.begin(), allow_.end(), matches);
}

bool GlobMatches(std::string_view glob, std::string_view text) {
  // Greedy, with one point to backtrack to: the last star. An earlier star never needs to be
  // retried.
  std::size_t g = 0;
  std::size_t t = 0;
  std::size_t star = std::string_view::npos;
  std::size_t star_text = 0;
  while (t < text.size()) {
    if (g < glob.size() && glob[g] == '*') {
      star = g++;
      star_text = t;
    } else if (g < glob.size() && glob[g] == text[t]) {
      ++g;
      ++t;
    } else if (star != std::string_view::npos) {
      g = star + 1;
      t = ++star_text;
    } else {
      return false;
    }
  }
  while (g < glob.size() && glob[g] == '*') ++g;
  return g == glob.size();
}

}  // namespace gateway
