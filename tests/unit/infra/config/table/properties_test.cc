#include "infra/config/table/properties.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>

#include "infra/config/table/contradictions.h"
#include "infra/config/table/json_schema.h"
#include "infra/config/table/profiles.h"
#include "infra/config/text.h"
#include "infra/config/values/convert.h"

namespace gateway::config {
namespace {

using Json = nlohmann::ordered_json;

Json FileOfTree(const std::string& name) {
  std::ifstream file(std::filesystem::path(GATEWAY_SOURCE_DIR) / "config" / name);
  return Json::parse(file, nullptr, false);
}

TEST(ConfigFiles, TheSchemaIsWhatTheTableSays) {
  EXPECT_EQ(FileOfTree("appsettings.schema.json"), Json::parse(SchemaText()))
      << "kafka-gateway --print-schema > config/appsettings.schema.json";
}

TEST(ConfigFiles, AppsettingsHasEveryKeyAtItsDefaultInTheOrderOfTheTable) {
  EXPECT_EQ(FileOfTree("appsettings.json"), Json::parse(DefaultsText())) << DefaultsText();
}

TEST(ConfigFiles, DevelopmentUsesTheEmbeddedBrokerAndTextLogs) {
  const Json file = FileOfTree("appsettings.Development.json");
  ASSERT_TRUE(file.is_object());
  EXPECT_EQ(file["Kafka"], Json({{"BootstrapServers", "embedded"}}));
  EXPECT_EQ(file["Logging"], Json({{"Level", "Information"}, {"Format", "text"}}));
}

TEST(Properties, EachHasASentenceAndASectionThatIsDescribed) {
  for (const Property& row : Properties()) {
    EXPECT_THAT(std::string(row.sentence), testing::EndsWith(".")) << row.path;
    const std::string_view section = row.path.substr(0, row.path.rfind(':'));
    bool described = false;
    for (const Section& known : Sections()) described = described || known.name == section;
    EXPECT_TRUE(described) << row.path;
  }
}

TEST(Properties, PathsAreUniqueWhateverTheirCase) {
  std::set<std::string> seen;
  for (const Property& row : Properties()) {
    EXPECT_TRUE(seen.insert(ToLower(row.path)).second) << row.path;
  }
}

TEST(Properties, BothEndsOfARangeFitTheField) {
  for (const Property& row : Properties()) {
    if (row.type != PropertyType::kInteger) continue;
    EXPECT_LT(row.minimum, row.maximum) << row.path;
    for (const double end : {row.minimum, row.maximum}) {
      Settings settings;
      const Value value = static_cast<std::int64_t>(end);
      row.set(settings, value);
      EXPECT_EQ(row.get(settings), value) << row.path;
    }
  }
}

TEST(Properties, EachChoiceIsReadBackFromTheField) {
  for (const Property& row : Properties()) {
    if (row.type != PropertyType::kString) continue;
    for (const std::string_view choice : row.allowed) {
      Settings settings;
      row.set(settings, std::string(choice));
      EXPECT_EQ(row.get(settings), Value(std::string(choice))) << row.path;
    }
  }
}

TEST(Properties, NoTwoRowsWriteTheSameField) {
  for (const Property& row : Properties()) {
    Settings settings;
    Value changed = true;
    if (row.type == PropertyType::kBoolean) changed = !std::get<bool>(DefaultOf(row));
    if (row.type == PropertyType::kInteger)
      changed = row.optional ? 1 : std::get<std::int64_t>(DefaultOf(row)) + 1;
    if (row.type == PropertyType::kNumber) changed = std::get<double>(DefaultOf(row)) + 1;
    if (row.type == PropertyType::kString) {
      changed = std::string(row.allowed.empty() ? "other" : row.allowed.back());
      if (changed == DefaultOf(row)) changed = std::string(row.allowed.front());
    }
    if (row.type == PropertyType::kList) changed = StringList{"other"};
    if (row.type == PropertyType::kMap) changed = StringMap{{"other", "x"}};
    row.set(settings, changed);
    for (const Property& other : Properties()) {
      EXPECT_EQ(other.get(settings) != DefaultOf(other),
                other.path == row.path && changed != DefaultOf(row))
          << row.path << " and " << other.path;
    }
  }
}

TEST(Properties, DefaultsAndProfilesAreAllowed) {
  const auto allowed = [](const Property& row, const Value& value) {
    RawValue raw;
    if (const auto* number = std::get_if<std::int64_t>(&value)) raw.text = std::to_string(*number);
    if (const auto* number = std::get_if<double>(&value)) raw.text = std::to_string(*number);
    if (const auto* flag = std::get_if<bool>(&value)) raw.text = *flag ? "true" : "false";
    if (const auto* text = std::get_if<std::string>(&value)) raw.text = *text;
    std::string what;
    return Convert(row, raw, &what) == value;
  };
  for (const Property& row : Properties()) {
    if (row.type == PropertyType::kList || row.type == PropertyType::kMap) continue;
    EXPECT_TRUE(allowed(row, DefaultOf(row))) << row.path;
  }
  for (const ProfileSetting& setting : ProfileSettings()) {
    const Property* row = FindProperty(setting.path);
    ASSERT_NE(row, nullptr) << setting.path;
    EXPECT_TRUE(allowed(*row, setting.value)) << setting.path;
  }
  EXPECT_TRUE(FindContradictions(Settings{}).empty());
}

TEST(Properties, TheSchemaPatternOfARuleAgreesWithItsCheck) {
  for (const TextRule rule : {TextRule::kNotEmpty, TextRule::kServers, TextRule::kTopicGlob,
                              TextRule::kFieldGlob, TextRule::kOrigin, TextRule::kTime}) {
    const std::regex pattern{std::string(PatternOf(rule))};
    for (const std::string text : {"",
                                   " ",
                                   "a",
                                   "a b",
                                   " a",
                                   "a ",
                                   "a,b",
                                   "a,,b",
                                   ",a",
                                   "a,",
                                   "a:1,b:2",
                                   "x*",
                                   "x.y-z_*",
                                   "x/y",
                                   "x-!#$%&'*+-.^_`|~9",
                                   "x:y",
                                   "a\nb",
                                   "embedded",
                                   "*",
                                   "https://shop.example",
                                   "http://[::1]:80",
                                   "https://a/",
                                   "http://",
                                   "://a",
                                   "Https://a",
                                   "https://A",
                                   "1970-01-01T00:00:00Z",
                                   "1969-12-31T23:59:59Z",
                                   "2000-01-01T00:00:00Z",
                                   "2000-01-01t00:00:00.5+01:00",
                                   "2000-01-01 00:00:00Z",
                                   "2000-01-01T00:00:00",
                                   "2000-13-01T00:00:00Z",
                                   "2000-01-01",
                                   "946684800000"}) {
      EXPECT_EQ(Obeys(rule, text), std::regex_match(text, pattern)) << text << PatternOf(rule);
    }
  }
}

TEST(NearestKey, IsTheOneWithTheFewestDifferences) {
  EXPECT_EQ(NearestKey("kafka:bootstrapserver"), "Kafka:BootstrapServers");
  EXPECT_EQ(NearestKey("Http:MaxBodyByte"), "Http:MaxBodyBytes");
  EXPECT_EQ(NearestKey("Htp:Port"), "Http:Port");
}

}  // namespace
}  // namespace gateway::config
