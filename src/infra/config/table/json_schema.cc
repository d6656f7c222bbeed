#include "infra/config/table/json_schema.h"

#include <nlohmann/json.hpp>
#include <string_view>

#include "infra/config/table/properties.h"
#include "infra/config/table/value_json.h"

namespace gateway::config {
namespace {

using Json = nlohmann::ordered_json;

std::string Description(const Property& property) {
  std::string text(property.sentence);
  if (!property.unit.empty()) text += " Unit: " + std::string(property.unit) + ".";
  if (!property.reason.empty()) {
    text += " No other value is accepted, because " + std::string(property.reason) + ".";
  }
  return text;
}

Json StringSchema(TextRule rule) {
  Json schema = {{"type", "string"}};
  if (!PatternOf(rule).empty()) schema["pattern"] = PatternOf(rule);
  return schema;
}

Json TypeSchema(const Property& property) {
  switch (property.type) {
    case PropertyType::kBoolean:
      return {{"type", "boolean"}};
    case PropertyType::kInteger:
      return {{"type", "integer"},
              {"minimum", ToJson(property.minimum)},
              {"maximum", ToJson(property.maximum)}};
    case PropertyType::kNumber:
      return {{"type", "number"},
              {"minimum", ToJson(property.minimum)},
              {"maximum", ToJson(property.maximum)}};
    case PropertyType::kString:
      return StringSchema(property.rule);
    case PropertyType::kList:
      return {{"type", "array"}, {"items", StringSchema(property.rule)}};
    case PropertyType::kMap: {
      Json values = Json::array();
      for (const char* type : {"string", "number", "boolean"}) values.push_back({{"type", type}});
      return {{"type", "object"}, {"additionalProperties", {{"anyOf", values}}}};
    }
  }
  return Json::object();
}

Json AllowedValues(const Property& property) {
  Json values = Json::array();
  for (const std::string_view value : property.allowed) {
    if (property.type == PropertyType::kBoolean) {
      values.push_back(value == "true");
    } else {
      values.push_back(value);
    }
  }
  return values;
}

Json PropertySchema(const Property& property) {
  Json schema = {{"description", Description(property)}};
  schema.update(TypeSchema(property));
  if (property.optional) schema["type"] = {schema["type"], "null"};
  if (!property.allowed.empty()) schema["enum"] = AllowedValues(property);
  if (!property.allowed.empty() && property.optional) schema["enum"].push_back(nullptr);
  if (property.secret) schema["writeOnly"] = true;
  schema["default"] = ToJson(DefaultOf(property));
  return schema;
}

Json ObjectSchema(std::string_view sentence) {
  return {{"description", sentence},
          {"type", "object"},
          {"additionalProperties", false},
          {"properties", Json::object()}};
}

// The object below `root` that contains the key `*path`; missing objects are created by
// `make(section)`, with a section such as "Http:Tls". `members_at` names the member with the
// object's members; "" is the object itself. `*path` becomes the name of the key in that object.
template <typename Make>
Json* HolderOf(std::string_view* path, Json* root, const std::string& members_at,
               const Make& make) {
  const auto members_of = [&](Json* object) {
    return members_at.empty() ? object : &(*object)[members_at];
  };
  const std::string_view whole = *path;
  Json* members = members_of(root);
  for (std::size_t colon = path->find(':'); colon != std::string_view::npos;
       colon = path->find(':')) {
    const std::string name(path->substr(0, colon));
    path->remove_prefix(colon + 1);
    if (!members->contains(name)) {
      (*members)[name] = make(std::string(whole.substr(0, whole.size() - path->size() - 1)));
    }
    members = members_of(&(*members)[name]);
  }
  return members;
}

std::string_view SentenceOf(const std::string& section) {
  for (const Section& row : Sections()) {
    if (row.name == section) return row.sentence;
  }
  return "";
}

}  // namespace

std::string SchemaText() {
  Json root = {{"$schema", "http://json-schema.org/draft-07/schema#"},
               {"title", "Configuration of kafka-gateway"}};
  root.update(
      ObjectSchema("The keys of appsettings.json. A later source wins: appsettings.json, "
                   "appsettings.{GATEWAY_ENVIRONMENT}.json, --config FILE, variables "
                   "(Http__Port=0), the command line (--Http:Port=0)."));
  root["properties"]["$schema"] = {{"description", "For editors; the gateway does not read it."},
                                   {"type", "string"}};
  for (const Property& property : Properties()) {
    std::string_view path = property.path;
    Json* members = HolderOf(&path, &root, "properties", [](const std::string& section) {
      return ObjectSchema(SentenceOf(section));
    });
    (*members)[std::string(path)] = PropertySchema(property);
  }
  return root.dump(2) + "\n";
}

std::string DefaultsText() {
  Json root = {{"$schema", "./appsettings.schema.json"}};
  for (const Property& property : Properties()) {
    std::string_view path = property.path;
    Json* section =
        HolderOf(&path, &root, "", [](const std::string& /*name*/) { return Json::object(); });
    (*section)[std::string(path)] = ToJson(DefaultOf(property));
  }
  return root.dump(2) + "\n";
}

}  // namespace gateway::config
