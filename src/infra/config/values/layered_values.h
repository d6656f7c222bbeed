// The values while sources are applied one after another. Owned by LoadConfig; one thread.
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

  // Every key has its default.
  LayeredValues();

  // Applies one source. An array replaces the array; an element with an index replaces that element
  // or is appended; entries of a map are added. An invalid value is skipped, and is a problem even
  // if a later source replaces it.
  void Apply(const std::vector<RawEntry>& source);

  // Applies the profile to keys that only the defaults or the base file set.
  void ApplyProfile();

  // Replaces secrets of the form file:/path by the text of the file.
  void ReadSecretFiles();

  Settings ToSettings() const;
  const std::vector<Slot>& slots() const { return slots_; }
  const Slot& slot(std::string_view path) const;

  // The origin of the value of a key, or of an entry of a map; "" if unknown.
  std::string WhereOf(std::string_view key) const;

  // True if some source has an invalid value for this key.
  bool Failed(std::string_view path) const { return failed_.count(std::string(path)) > 0; }

  const std::vector<ConfigProblem>& problems() const { return problems_; }

 private:
  void Set(const Target& target, const RawEntry& entry);
  void SetMapEntry(Slot* slot, const Target& target, const RawEntry& entry);
  void SetElement(Slot* slot, const Target& target, const RawEntry& entry);
  void Report(const Target& target, const RawEntry& entry, std::string what, std::string allowed);

  std::vector<Slot> slots_;  // in the order of the table
  std::set<std::string> failed_;
  std::map<std::string, std::string> secret_files_;  // by key
  std::vector<ConfigProblem> problems_;
};

}  // namespace gateway::config

#endif  // GATEWAY_INFRA_CONFIG_VALUES_LAYERED_VALUES_H_
