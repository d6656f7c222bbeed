#include "service/auth/grants.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "service/types/glob.h"

namespace gateway {
namespace {

using Rules = std::vector<std::shared_ptr<const AccessRule>>;

bool Names(std::string_view pattern, const Principal& principal, bool is_grant) {
  if (principal.anonymous() && is_grant) return pattern == kAnonymousName;
  return NamesPrincipal(pattern, principal);
}

Rules Shared(std::vector<AccessRule> rules) {
  Rules shared;
  shared.reserve(rules.size());
  for (AccessRule& rule : rules) {
    shared.push_back(std::make_shared<const AccessRule>(std::move(rule)));
  }
  return shared;
}

Rules Concerning(const Principal& principal, const Rules& rules, bool are_grants) {
  Rules found;
  std::copy_if(rules.begin(), rules.end(), std::back_inserter(found), [&](const auto& rule) {
    return std::any_of(
        rule->principals.begin(), rule->principals.end(),
        [&](const std::string& pattern) { return Names(pattern, principal, are_grants); });
  });
  return found;
}

const AccessRule* FirstThatCovers(const Rules& rules, TopicOperation operation,
                                  std::string_view topic) {
  const auto found = std::find_if(rules.begin(), rules.end(),
                                  [&](const auto& rule) { return rule->Covers(operation, topic); });
  return found == rules.end() ? nullptr : found->get();
}

}  // namespace

std::string_view NameOf(TopicOperation operation) {
  return operation == TopicOperation::kWrite ? "Write" : "Read";
}

std::string NotGranted(const Principal& principal, TopicOperation operation,
                       std::string_view topic) {
  std::string sentence = "\"";
  sentence.append(principal.label()).append("\" may not ");
  sentence.append(operation == TopicOperation::kWrite ? "write to \"" : "see \"");
  return sentence.append(topic).append("\".");
}

bool AccessRule::Covers(TopicOperation operation, std::string_view topic) const {
  if (!(operation == TopicOperation::kWrite ? write : read)) return false;
  return std::any_of(topics.begin(), topics.end(),
                     [topic](const std::string& glob) { return GlobMatches(glob, topic); });
}

TopicRights::Decision TopicRights::Decide(TopicOperation operation, std::string_view topic) const {
  if (const AccessRule* const denial = FirstThatCovers(denials_, operation, topic)) {
    return {false, denial};
  }
  const AccessRule* const grant = FirstThatCovers(grants_, operation, topic);
  return {grant != nullptr, grant};
}

Grants::Grants(std::vector<AccessRule> grants, std::vector<AccessRule> denials)
    : grants_(Shared(std::move(grants))), denials_(Shared(std::move(denials))) {}

TopicRights Grants::RightsOf(const Principal& principal) const {
  TopicRights rights;
  rights.grants_ = Concerning(principal, grants_, true);
  rights.denials_ = Concerning(principal, denials_, false);
  return rights;
}

}  // namespace gateway
