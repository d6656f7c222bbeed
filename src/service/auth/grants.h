// Which principals may write and read which topics: grants and denials of the access file. A denial
// wins over every grant, and what nobody granted is not allowed. Immutable; any thread.
#ifndef GATEWAY_SERVICE_AUTH_GRANTS_H_
#define GATEWAY_SERVICE_AUTH_GRANTS_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "service/auth/principal.h"

namespace gateway {

enum class TopicOperation : std::uint8_t { kWrite, kRead };
std::string_view NameOf(TopicOperation operation);  // "Write", as in the access file

// The sentence for a principal that may not do that; it does not say whether the topic exists.
std::string NotGranted(const Principal& principal, TopicOperation operation,
                       std::string_view topic);

// One grant or denial. In all globs `*` stands for any characters, dots too.
struct AccessRule {
  // A glob of principal names, or "group:" and a glob of group names.
  std::vector<std::string> principals;
  std::vector<std::string> topics;
  bool write = false;
  bool read = false;
  std::string where;  // its place in the access file: "Grants[0], line 12"

  bool Covers(TopicOperation operation, std::string_view topic) const;
};

// What one principal may do: the rules that concern it. Cheap to copy.
class TopicRights final {
 public:
  struct Decision {
    bool allowed = false;
    const AccessRule* rule = nullptr;  // which decided; null: nothing is granted
  };

  TopicRights() = default;  // nothing

  Decision Decide(TopicOperation operation, std::string_view topic) const;
  bool Allows(TopicOperation operation, std::string_view topic) const {
    return Decide(operation, topic).allowed;
  }
  // The topic may be written or read, so that its existence is no secret.
  bool Sees(std::string_view topic) const {
    return Allows(TopicOperation::kWrite, topic) || Allows(TopicOperation::kRead, topic);
  }
  // False: every topic is out of reach.
  bool any() const { return !grants_.empty(); }

 private:
  friend class Grants;
  using Rules = std::vector<std::shared_ptr<const AccessRule>>;

  Rules grants_;
  Rules denials_;
};

class Grants final {
 public:
  Grants() = default;  // nothing is granted
  Grants(std::vector<AccessRule> grants, std::vector<AccessRule> denials);

  // A grant reaches the anonymous principal only by its literal name: "*" in a grant means everyone
  // whom the access file knows. "*" in a denial means everyone.
  TopicRights RightsOf(const Principal& principal) const;

 private:
  TopicRights::Rules grants_;
  TopicRights::Rules denials_;
};

}  // namespace gateway

#endif  // GATEWAY_SERVICE_AUTH_GRANTS_H_
