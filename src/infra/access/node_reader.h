// Reads the members of one JSON object strictly: reports, with path and line, each member that is
// unknown or missing, has the wrong type or breaks its rule. Never quotes values, because they may
// be secrets. Names are case-insensitive. For one thread, while the tree exists.
#ifndef GATEWAY_INFRA_ACCESS_NODE_READER_H_
#define GATEWAY_INFRA_ACCESS_NODE_READER_H_

#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "infra/config/config_problem.h"
#include "infra/config/sources/json_tree.h"

namespace gateway {

class NodeReader final {
 public:
  struct Report {
    std::string where;  // "file <path>"
    std::vector<ConfigProblem> problems;
  };
  using Rule = std::function<bool(std::string_view)>;

  // `path`: that of the object, such as "Grants:0"; "" for the root. `report` and the text of
  // `known` outlive this.
  NodeReader(const config::JsonNode& object, std::string path,
             std::initializer_list<std::string_view> known, Report* report);

  // "" if it is absent, null or rejected. `allowed` says in words what the rule accepts.
  std::string Text(std::string_view name, const Rule& rule, std::string_view allowed) const;
  std::string RequiredText(std::string_view name, const Rule& rule, std::string_view allowed) const;
  // The elements of a list that are not rejected. A required list must have at least one element.
  std::vector<std::string> Texts(std::string_view name, const Rule& rule,
                                 std::string_view allowed) const;
  std::vector<std::string> RequiredTexts(std::string_view name, const Rule& rule,
                                         std::string_view allowed) const;
  bool Has(std::string_view name) const {
    return Find(name) != nullptr;
  }                                        // neither absent nor null
  bool Flag(std::string_view name) const;  // absent: false
  // A whole number from 1 to `max`; absent if it is not there, null or rejected.
  std::optional<std::int64_t> Count(std::string_view name, std::int64_t max) const;

  // Calls `read` with each element of a list of objects and its path, "Grants:0".
  void ForEach(std::string_view name,
               const std::function<void(const config::JsonNode&, const std::string&)>& read) const;

  // Reports an error of the member `name`; "" for the object itself.
  void Reject(std::string_view name, std::string what, std::string_view allowed) const;

 private:
  using Node = config::JsonNode;

  const Node* Find(std::string_view name) const;  // null: absent or null
  const Node* Require(std::string_view name, std::string_view allowed) const;
  std::string PathOf(std::string_view name) const;
  void RejectAt(std::size_t line, std::string path, std::string what, std::string_view allowed,
                std::string nearest = {}) const;

  const Node& object_;
  const std::string path_;
  Report* report_;
};

}  // namespace gateway

#endif  // GATEWAY_INFRA_ACCESS_NODE_READER_H_
