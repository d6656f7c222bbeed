#include "infra/access/access_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <string>

namespace gateway {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

const std::string kDigest(64, 'a');

std::string FileOfTree(const std::string& name) {
  std::ifstream file(std::filesystem::path(GATEWAY_SOURCE_DIR) / "config" / name);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// The problems as lines.
std::vector<std::string> Problems(const std::string& text) {
  const auto result = ParseAccessFile(text, "file a.json");
  std::vector<std::string> lines;
  if (result.ok()) return lines;
  for (const ConfigProblem& problem : result.error()) lines.push_back(ToLine(problem));
  return lines;
}

std::string WithKey(const std::string& members) {
  return R"({"ApiKeys": [{"Id": "shop", "Sha256": ")" + kDigest + R"(", "Principal": "svc-shop")" +
         members + "}]}";
}
std::string WithGrant(const std::string& members) { return "{\"Grants\": [{" + members + "}]}"; }

TEST(AccessFile, TheExampleIsValid) {
  const auto file = ParseAccessFile(FileOfTree("access.example.json"), "example");
  ASSERT_TRUE(file.ok()) << ToLine(file.error().front());
  EXPECT_GE(file.value().api_keys.size(), 2U);
  EXPECT_GE(file.value().grants.size(), 2U);
  EXPECT_GE(file.value().denials.size(), 1U);
  EXPECT_GE(file.value().rates.size(), 2U);
  EXPECT_GE(file.value().client_certificates.size(), 2U);
}

TEST(AccessFile, EverythingIsRead) {
  const auto parsed = ParseAccessFile(
      "\xEF\xBB\xBF{\"$schema\": \"x\",\n \"apikeys\": [{\"ID\": \"shop\", \"Sha256\": \"" +
          std::string(62, '0') + "Ff" +
          R"(", "Principal": "svc-shop", "Groups": ["ops"],
            "NotBefore": "1970-01-01T00:00:01Z", "Expires": "1970-01-01T00:00:02Z", "Disabled": true}],
          "Grants": [
           {"Principals": ["svc-*", "group:ops", "anonymous"], "Topics": ["a", "b.*"],
            "Operations": ["Write"]}],
          "Denials": [{"Principals": ["*"], "Topics": ["c"], "Operations": ["Read", "Write"]}]})",
      "file a.json");
  ASSERT_TRUE(parsed.ok()) << ToLine(parsed.error().front());
  const AccessFile& file = parsed.value();
  ASSERT_EQ(file.api_keys.size(), 1U);
  const ApiKeyEntry& key = file.api_keys.front();
  EXPECT_EQ(key.id, "shop");
  EXPECT_EQ(key.digest.back(), 0xFF);
  EXPECT_EQ(key.principal, "svc-shop");
  EXPECT_THAT(key.groups, ElementsAre("ops"));
  EXPECT_EQ(key.not_before, 1'000);
  EXPECT_EQ(key.expires, 2'000);
  EXPECT_TRUE(key.disabled);
  ASSERT_EQ(file.grants.size(), 1U);
  EXPECT_THAT(file.grants[0].principals, ElementsAre("svc-*", "group:ops", "anonymous"));
  EXPECT_THAT(file.grants[0].topics, ElementsAre("a", "b.*"));
  EXPECT_TRUE(file.grants[0].write);
  EXPECT_FALSE(file.grants[0].read);
  EXPECT_EQ(file.grants[0].where, "Grants:0 (line 5)");
  ASSERT_EQ(file.denials.size(), 1U);
  EXPECT_TRUE(file.denials[0].read);
}

TEST(AccessFile, NothingIsValidAndAllowsNothing) {
  EXPECT_THAT(Problems("{}"), ElementsAre());
  EXPECT_THAT(Problems(WithKey(R"(, "Expires": null)")), ElementsAre());
}

TEST(AccessFile, AnUnknownKeyNamesTheNearestAndItsLine) {
  EXPECT_THAT(Problems("{\n\"ApiKey\": []}"),
              ElementsAre("file a.json, line 2: ApiKey: unknown key; nearest known key: ApiKeys"));
  EXPECT_THAT(Problems(WithKey(",\n \"Expire\": null")),
              ElementsAre("file a.json, line 2: ApiKeys:0:Expire: unknown key; nearest known key: "
                          "ApiKeys:0:Expires"));
}

TEST(AccessFile, ARepeatedKeyIsRefusedWhateverItsCase) {
  EXPECT_THAT(Problems("{\"Grants\": [],\n\"grants\": []}"),
              ElementsAre("file a.json, line 2: \"grants\" appears twice in one object"));
}

TEST(AccessFile, TwoKeysOfOneIdAreRefused) {
  const std::string key = R"({"Id": "shop", "Sha256": ")" + kDigest + R"(", "Principal": "p"})";
  EXPECT_THAT(Problems("{\"ApiKeys\": [" + key + ",\n" + key + "]}"),
              ElementsAre(HasSubstr("line 2: ApiKeys:1:Id: another key has this id, in line 1")));
}

TEST(AccessFile, AllProblemsAreFoundAtOnce) {
  EXPECT_EQ(Problems(R"({"ApiKeys": [{"Id": "S", "Sha256": 7, "Principal": "anonymous",
      "Groups": ["group:x"], "NotBefore": "yesterday", "Disabled": "no"}],
      "Grants": [{"Principals": [], "Topics": ["a b"], "Operations": ["write"]}, 5],
      "Denials": {}})")
                .size(),
            11U);
}

TEST(AccessFile, MissingMembersAreNamed) {
  EXPECT_THAT(
      Problems("{\"ApiKeys\": [{}]}"),
      ElementsAre(HasSubstr("ApiKeys:0:Id: is missing"), HasSubstr("ApiKeys:0:Sha256: is missing"),
                  HasSubstr("ApiKeys:0:Principal: is missing")));
  EXPECT_THAT(Problems(WithGrant("")), ElementsAre(HasSubstr("Grants:0:Principals: is missing"),
                                                   HasSubstr("Grants:0:Topics: is missing"),
                                                   HasSubstr("Grants:0:Operations: is missing")));
}

TEST(AccessFile, BadGlobsAreRefused) {
  const auto principals = [](const std::string& glob) {
    return Problems(WithGrant(R"("Principals": [")" + glob +
                              R"("], "Topics": ["a"], "Operations": ["Write"])"));
  };
  EXPECT_THAT(principals("anonymous"), ElementsAre());
  EXPECT_THAT(principals("group:*"), ElementsAre());
  for (const char* const glob : {"", "group:", " a", "a\\n"}) {
    EXPECT_EQ(principals(glob).size(), 1U) << glob;
  }
}

TEST(AccessFile, RatesAreRead) {
  const auto parsed = ParseAccessFile(
      R"({"Rates": [{"Principals": ["svc-*", "group:bulk"], "RequestsPerSecond": 100,
                     "recordspersecond": 5000, "BytesPerSecond": 1048576, "BurstSeconds": 2},
                    {"Principals": ["*"], "BytesPerSecond": 1, "RequestsPerSecond": null}]})",
      "file a.json");
  ASSERT_TRUE(parsed.ok()) << ToLine(parsed.error().front());
  const std::vector<RateRule>& rates = parsed.value().rates;
  ASSERT_EQ(rates.size(), 2U);
  EXPECT_THAT(rates[0].principals, ElementsAre("svc-*", "group:bulk"));
  EXPECT_EQ(rates[0].limits.Of(RateUnit::kRequests), 100);
  EXPECT_EQ(rates[0].limits.Of(RateUnit::kRecords), 5'000);
  EXPECT_EQ(rates[0].limits.Of(RateUnit::kBytes), 1'048'576);
  EXPECT_EQ(rates[0].limits.burst_seconds, 2);
  EXPECT_EQ(rates[1].limits, (RateLimits{{0, 0, 1}, 1}));
}

TEST(AccessFile, ARateIsAWholeNumberThatLimitsSomething) {
  const auto problems = [](const std::string& members) {
    return Problems("{\"Rates\": [\n{\"Principals\": [\"*\"]" + members + "}]}");
  };
  EXPECT_THAT(problems(", \"RequestsPerSecond\": 1"), ElementsAre());
  EXPECT_THAT(problems(""), ElementsAre(HasSubstr("line 2: Rates:0: limits nothing")));
  EXPECT_THAT(problems(", \"BurstSeconds\": 5"), ElementsAre(HasSubstr("limits nothing")));
  for (const char* const number :
       {"0", "-1", "1.5", "1e3", "1000000000001", "99999999999999999999"}) {
    EXPECT_THAT(problems(",\n\"BytesPerSecond\": " + std::string(number)),
                ElementsAre("file a.json, line 3: Rates:0:BytesPerSecond: is not valid; allowed: a "
                            "whole number from 1 to 1000000000000"))
        << number;
  }
  EXPECT_THAT(problems(", \"RecordsPerSecond\": \"5\""),
              ElementsAre(HasSubstr("must be a number")));
  EXPECT_THAT(problems(", \"RequestsPerSecond\": 1, \"BurstSeconds\": 1001"),
              ElementsAre(HasSubstr("from 1 to 1000")));
  EXPECT_THAT(problems(", \"RequestPerSecond\": 1"),
              ElementsAre(HasSubstr("nearest known key: Rates:0:RequestsPerSecond"),
                          HasSubstr("limits nothing")));
  EXPECT_THAT(Problems("{\"Rates\": [{\"RequestsPerSecond\": 1}]}"),
              ElementsAre(HasSubstr("Rates:0:Principals: is missing")));
}

TEST(AccessFile, RulesForCertificatesAreRead) {
  const auto parsed = ParseAccessFile(
      R"({"ClientCertificates": [
            {"From": "SanUri", "Match": "spiffe://shop/ns/*/sa/*", "Principal": "$2"},
            {"from": "CommonName", "match": "*", "principal": "cn-$1"}]})",
      "file a.json");
  ASSERT_TRUE(parsed.ok()) << ToLine(parsed.error().front());
  const auto& rules = parsed.value().client_certificates;
  ASSERT_EQ(rules.size(), 2U);
  EXPECT_EQ(rules[0].from, CertificateField::kSanUri);
  EXPECT_EQ(rules[0].match, "spiffe://shop/ns/*/sa/*");
  EXPECT_EQ(rules[0].principal, "$2");
  EXPECT_EQ(rules[1].from, CertificateField::kCommonName);
}

TEST(AccessFile, RulesForCertificatesAreChecked) {
  const auto problems = [](const std::string& from, const std::string& match,
                           const std::string& principal) {
    return Problems("{\"ClientCertificates\": [\n{\"From\": \"" + from + "\", \"Match\": \"" +
                    match + "\", \"Principal\": \"" + principal + "\"}]}");
  };
  EXPECT_THAT(problems("Subject", "CN=*,O=test", "$1"), ElementsAre());
  EXPECT_THAT(problems("subject", "a", "b"),
              ElementsAre(HasSubstr("line 2: ClientCertificates:0:From: is not valid; allowed: "
                                    "SanUri, SanDns, Subject, CommonName")));
  EXPECT_THAT(problems("SanDns", "a**", "b"), ElementsAre(HasSubstr("Match: is not valid")));
  EXPECT_THAT(problems("SanDns", "a*", "$2"), ElementsAre(HasSubstr("Principal: is not valid")));
  EXPECT_THAT(Problems("{\"ClientCertificates\": [{}]}"),
              ElementsAre(HasSubstr("From: is missing"), HasSubstr("Match: is missing"),
                          HasSubstr("Principal: is missing")));
}

TEST(AccessFile, AKeyMustExpireAfterItBecomesValid) {
  EXPECT_THAT(Problems(WithKey(
                  R"(, "NotBefore": "2026-01-02T00:00:00Z", "Expires": "2026-01-02T00:00:00Z")")),
              ElementsAre(HasSubstr("ApiKeys:0:Expires: the key expires before it becomes valid")));
}

TEST(AccessFile, SyntaxErrorsAreRefusedWithTheirPlace) {
  EXPECT_THAT(Problems("{\n  \"Grants\": [,]}"), ElementsAre(HasSubstr("line 2, column 14")));
  EXPECT_THAT(Problems(""), ElementsAre(HasSubstr("it is incomplete")));
  EXPECT_THAT(Problems("[]"), ElementsAre(HasSubstr("must be a JSON object")));
  EXPECT_THAT(Problems("{\"Grants\": " + std::string(40, '[') + std::string(40, ']') + "}"),
              ElementsAre(HasSubstr("nested too deep")));
  EXPECT_THAT(Problems(std::string("{}\0", 3)), ElementsAre(HasSubstr("zero byte")));
}

TEST(AccessFile, AMissingFileIsOneProblem) {
  const auto result = ReadAccessFile("/nowhere/access.json");
  ASSERT_FALSE(result.ok());
  EXPECT_THAT(ToLine(result.error().front()),
              HasSubstr("file /nowhere/access.json: cannot be read"));
}

TEST(AccessFile, NoMessageQuotesWhatMayBeASecret) {
  const std::string secret = "kgw_shop_" + std::string(43, 'S');
  for (const std::string& line :
       Problems(R"({"ApiKeys": [{"Id": ")" + secret + R"(", "Sha256": ")" + secret +
                R"(", "Principal": 7, "Expires": ")" + secret + R"("}]})")) {
    EXPECT_THAT(line, Not(HasSubstr("SSSS")));
  }
}

// The schema is written by hand: it must have exactly the members that the reader knows.
TEST(AccessFile, TheSchemaKnowsTheSameMembers) {
  const auto schema = nlohmann::json::parse(FileOfTree("access.schema.json"), nullptr, false);
  ASSERT_TRUE(schema.is_object());
  const auto names = [](const nlohmann::json& object) {
    EXPECT_EQ(object["additionalProperties"], false);
    std::set<std::string> found;
    for (const auto& [name, unused] : object["properties"].items()) found.insert(name);
    return found;
  };
  const auto unknown = [](const std::string& text) {
    std::set<std::string> found;
    for (const std::string& line : Problems(text)) {
      if (line.find("unknown key") != std::string::npos) found.insert(line);
    }
    return found;
  };
  const auto object_of = [](const std::set<std::string>& members) {
    nlohmann::json object = nlohmann::json::object();
    for (const std::string& name : members) object[name] = nullptr;
    return object;
  };
  EXPECT_THAT(unknown(object_of(names(schema)).dump()), ElementsAre());
  for (const char* const list :
       {"ApiKeys", "Users", "Issuers", "ClientCertificates", "Grants", "Denials", "Rates"}) {
    const nlohmann::json* item = &schema["properties"][list]["items"];
    if (item->contains("$ref")) item = &schema["definitions"]["Rule"];
    const nlohmann::json file = {{list, {object_of(names(*item))}}};
    EXPECT_THAT(unknown(file.dump()), ElementsAre()) << list;
  }
  EXPECT_EQ(names(schema["definitions"]["Rule"]).size(), 3U);
  EXPECT_EQ(names(schema["properties"]["ApiKeys"]["items"]).size(), 7U);
  EXPECT_EQ(names(schema["properties"]["Rates"]["items"]).size(), 5U);
  EXPECT_EQ(names(schema["properties"]["Issuers"]["items"]).size(), 9U);
  EXPECT_EQ(names(schema["properties"]["ClientCertificates"]["items"]).size(), 3U);
  EXPECT_EQ(names(schema["properties"]["Users"]["items"]).size(), 4U);
  EXPECT_EQ(names(schema).size(), 8U);
}

}  // namespace
}  // namespace gateway
