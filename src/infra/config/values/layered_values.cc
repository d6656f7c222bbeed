#include "infra/config/values/layered_values.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "infra/config/sources/secrets.h"
#include "infra/config/table/profiles.h"
#include "infra/config/text.h"
#include "infra/config/values/convert.h"

namespace gateway::config {

LayeredValues::LayeredValues() {
  for (const Property& property : Properties()) {
    slots_.push_back({&property, DefaultOf(property), {}, {}});
  }
}

void LayeredValues::Apply(const std::vector<RawEntry>& source) {
  std::vector<std::pair<Target, const RawEntry*>> targets;
  for (const RawEntry& entry : source) {
    ConfigProblem problem;
    const std::optional<Target> target = ResolveKey(entry, &problem);
    if (!target) problems_.push_back(std::move(problem));
    if (target && target->property != nullptr) targets.emplace_back(*target, &entry);
  }
  // Elements in the order of their indices, because variables come in any order.
  std::stable_sort(targets.begin(), targets.end(), [](const auto& a, const auto& b) {
    return a.first.index.value_or(0) < b.first.index.value_or(0);
  });
  for (const auto& target : targets) Set(target.first, *target.second);
}

void LayeredValues::Set(const Target& target, const RawEntry& entry) {
  Slot& slot = slots_[static_cast<std::size_t>(target.property - Properties().data())];
  if (target.map_key) return SetMapEntry(&slot, target, entry);
  if (target.index) return SetElement(&slot, target, entry);
  // An object with members arrives as entries; an empty one adds none.
  const bool is_map = target.property->type == PropertyType::kMap;
  if (is_map && entry.value.kind == RawValue::Kind::kObject) return;
  std::string what;
  std::optional<Value> value = Convert(*target.property, entry.value, &what);
  if (!value) return Report(target, entry, std::move(what), DescribeAllowed(*target.property));
  slot.value = *std::move(value);
  slot.origin = entry.origin;
}

void LayeredValues::SetMapEntry(Slot* slot, const Target& target, const RawEntry& entry) {
  std::string what;
  std::optional<std::string> text = ConvertMapValue(entry.value, &what);
  if (!text) return Report(target, entry, std::move(what), "a string, a number, true or false");
  std::get<StringMap>(slot->value)[*target.map_key] = *std::move(text);
  slot->entries[*target.map_key] = entry.origin;
}

void LayeredValues::SetElement(Slot* slot, const Target& target, const RawEntry& entry) {
  std::string what;
  std::optional<std::string> text = ConvertElement(*target.property, entry.value, &what);
  if (!text) {
    return Report(target, entry, std::move(what), std::string(InWords(target.property->rule)));
  }
  auto& list = std::get<StringList>(slot->value);
  if (*target.index > list.size()) {
    return Report(target, entry, "leaves a gap: there is no element " + std::to_string(list.size()),
                  "indices without gaps");
  }
  if (*target.index == list.size()) list.emplace_back();
  list[*target.index] = *std::move(text);
  slot->origin = entry.origin;
}

void LayeredValues::ApplyProfile() {
  const std::string profile = std::get<std::string>(slot("Kafka:Profile").value);
  const KafkaProfile chosen = ToSettings().kafka.profile;
  for (const ProfileSetting& setting : ProfileSettings()) {
    if (setting.profile != chosen) continue;
    for (Slot& slot : slots_) {
      const bool is_set =
          slot.origin.kind != SourceKind::kDefault && slot.origin.kind != SourceKind::kBaseFile;
      if (slot.property->path != setting.path || is_set) continue;
      slot.value = setting.value;
      slot.origin = {SourceKind::kProfile, "profile " + profile};
    }
  }
}

void LayeredValues::ReadSecretFiles() {
  const auto read = [this](std::string* value, const std::string& key, const Origin& origin) {
    std::string fault;
    constexpr std::string_view kFile = "file:";
    const std::string given = std::exchange(*value, ResolveSecret(*value, &fault));
    if (given.starts_with(kFile)) secret_files_[key] = given.substr(kFile.size());
    if (fault.empty()) return;
    failed_.insert(key);
    problems_.push_back({origin.where, key, std::move(fault), "", ""});
  };
  for (Slot& slot : slots_) {
    const std::string path(slot.property->path);
    if (slot.property->type == PropertyType::kMap) {
      for (auto& entry : std::get<StringMap>(slot.value)) {
        if (!IsSecretName(entry.first)) continue;
        read(&entry.second, path + ":" + entry.first, slot.entries[entry.first]);
      }
    } else if (slot.property->secret && slot.property->type == PropertyType::kString) {
      read(&std::get<std::string>(slot.value), path, slot.origin);
    }
  }
}

Settings LayeredValues::ToSettings() const {
  Settings settings;
  settings.secret_files = secret_files_;
  for (const Slot& slot : slots_) slot.property->set(settings, slot.value);
  return settings;
}

const LayeredValues::Slot& LayeredValues::slot(std::string_view path) const {
  return slots_[static_cast<std::size_t>(FindProperty(path) - Properties().data())];
}

std::string LayeredValues::WhereOf(std::string_view key) const {
  for (const Slot& slot : slots_) {
    if (EqualsIgnoringCase(slot.property->path, key)) return slot.origin.where;
    if (!StartsWithIgnoringCase(key, std::string(slot.property->path) + ":")) continue;
    const auto entry = slot.entries.find(ToLower(key.substr(slot.property->path.size() + 1)));
    if (entry != slot.entries.end()) return entry->second.where;
  }
  return "";
}

void LayeredValues::Report(const Target& target, const RawEntry& entry, std::string what,
                           std::string allowed) {
  failed_.emplace(target.property->path);
  problems_.push_back({entry.origin.where, target.Key(), std::move(what), std::move(allowed), ""});
}

}  // namespace gateway::config
