// The values as they stand while the sources are laid over each other. Owned by LoadConfig; one
// thread.
#ifndef GATEWAY_INFRA_CONFIG_VALUES_LAYERED_VALUES_H_
#define GATEWAY_INFRA_CONFIG_VALUES_LAYERED_VALUES_H_

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "infra/config/config_problem.h"
#include "infra/config/sources/raw_entry.h"
#include "infra/config/table/properties.h"
#include "infra/config/values/key_resolver.h"

namespace gateway::config {

class LayeredValues final {
 public:
  struct Slot {
    const Property* property = nullptr;
    Value value;
    Origin origin;
    std::map<std::string, Origin> entries;  // of a map, by name
  };

  // Every key at its default.
  LayeredValues();

  // Lays one source over what is there. An array replaces the array; an element given by its index
  // replaces that element or follows the last; entries of a map are added. A value that is wrong
  // is left out, and is a problem whether or not a later source replaces it.
  void Apply(const std::vector<RawEntry>& source);

  // What the profile sets, where nothing but the defaults and the base file did.
  void ApplyProfile();

  // Secrets given as file:/path become the text of the file.
  void ReadSecretFiles();

  Settings ToSettings() const;
  const std::vector<Slot>& slots() const { return slots_; }
  const Slot& slot(std::string_view path) const;

  // Where the value of a key of the table, or of an entry of a map, comes from; "" if unknown.
  std::string WhereOf(std::string_view key) const;

  // True if some source gave this key of the table a wrong value.
  bool Failed(std::string_view path) const { return failed_.count(std::string(path)) > 0; }

  const std::vector<ConfigProblem>& problems() const { return problems_; }

 private:
  void Set(const Target& target, const RawEntry& entry);
  void SetMapEntry(Slot* slot, const Target& target, const RawEntry& entry);
  void SetElement(Slot* slot, const Target& target, const RawEntry& entry);
  void Report(const Target& target, const RawEntry& entry, std::string what, std::string allowed);

  std::vector<Slot> slots_;  // in the order of the table
  std::set<std::string> failed_;
  std::vector<ConfigProblem> problems_;
};

}  // namespace gateway::config

#endif  // GATEWAY_INFRA_CONFIG_VALUES_LAYERED_VALUES_H_
