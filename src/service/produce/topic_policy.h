// Which topics callers may write to: Topics:Allow and Topics:Deny, globs in which `*` stands for
// any characters (dots too). Deny takes precedence; names that begin with "__" are always denied.
// Immutable; any thread.
#ifndef GATEWAY_SERVICE_PRODUCE_TOPIC_POLICY_H_
#define GATEWAY_SERVICE_PRODUCE_TOPIC_POLICY_H_

#include <string>
#include <string_view>
#include <vector>

namespace gateway {

class TopicPolicy final {
 public:
  TopicPolicy(std::vector<std::string> allow, std::vector<std::string> deny);

  bool Allows(std::string_view topic) const;

 private:
  std::vector<std::string> allow_;
  std::vector<std::string> deny_;
};

}  // namespace gateway

#endif  // GATEWAY_SERVICE_PRODUCE_TOPIC_POLICY_H_
