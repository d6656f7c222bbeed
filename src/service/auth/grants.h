// Which principals may write and read which topics: grants and denials of the access file. Only a
// grant allows access, and a denial overrides every grant. Immutable; any thread.
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

// The detail of a 403 for the principal; it does not reveal whether the topic exists.
std::string NotGranted(const Principal& principal, TopicOperation operation,
                       std::string_view topic);

// One grant or denial. In all globs `*` stands for any characters, including dots.
struct AccessRule {
  // A glob of principal names, or "group:" and a glob of group names.
  std::vector<std::string> principals;
  std::vector<std::string> topics;
  bool write = false;
  bool read = false;
  std::string where;  // its place in the access file: "Grants[0], line 12"

  bool Covers(TopicOperation operation, std::string_view topic) const;
};

// The rights of one principal: the rules that apply to it. Cheap to copy.
class TopicRights final {
 public:
  struct Decision {
    bool allowed = false;
    const AccessRule* rule = nullptr;  // the deciding rule; null: no grant applies
  };

  TopicRights() = default;  // nothing

  Decision Decide(TopicOperation operation, std::string_view topic) const;
  bool Allows(TopicOperation operation, std::string_view topic) const {
    return Decide(operation, topic).allowed;
  }
  // True if the topic may be written or read, so that its existence is no secret.
  bool Sees(std::string_view topic) const {
    return Allows(TopicOperation::kWrite, topic) || Allows(TopicOperation::kRead, topic);
  }
  // False: no topic is granted.
  bool any() const { return !grants_.empty(); }

 private:
  friend class Grants;
  using Rules = std::vector<std::shared_ptr<const AccessRule>>;

  Rules grants_;
  Rules denials_;
};

class Grants final {
 public:
  Grants() = default;  // grant nothing
  Grants(std::vector<AccessRule> grants, std::vector<AccessRule> denials);

  // A grant applies to the anonymous principal only by its literal name: "*" in a grant means all
  // authenticated principals. "*" in a denial means all principals.
  TopicRights RightsOf(const Principal& principal) const;

 private:
  TopicRights::Rules grants_;
  TopicRights::Rules denials_;
};

}  // namespace gateway

#endif  // GATEWAY_SERVICE_AUTH_GRANTS_H_
