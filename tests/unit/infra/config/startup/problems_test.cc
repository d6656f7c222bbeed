// Configurations that are refused, and the messages about them.
#include "support/cpp/config_fixture.h"

namespace gateway {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

class Problems : public ConfigFixture {
 protected:
  // The only problem of a base file with this text, without the name of the file.
  std::string OfBase(const std::string& text) const {
    const std::string file = WriteBase(text);
    const std::vector<std::string> lines = LoadProblems({});
    EXPECT_THAT(lines, SizeIs(1)) << text;
    if (lines.empty()) return "";
    EXPECT_THAT(lines[0], testing::StartsWith("file " + file + ": "));
    return lines[0].substr(std::min(lines[0].size(), 7 + file.size()));
  }
};

TEST_F(Problems, AllOfAllSourcesAreSaidAtOnce) {
  WriteBase(R"({"Http":{"Prot":1}})");
  const std::string given = Write("given.json", "{");
  EXPECT_THAT(
      LoadProblems({"Http__Port=x"}, {"--config", given, "--Logging:Level=Loud", "--chek-config"}),
      ElementsAre(
          HasSubstr("command line --chek-config: unknown option; did you mean "
                    "--check-config?"),
          HasSubstr("given.json: is not JSON: line 1, column 2"),
          HasSubstr("appsettings.json: Http:Prot: unknown key; nearest known key: Http:Port"),
          "environment variable Http__Port: Http:Port: \"x\" is not an integer; allowed: an "
          "integer from 0 to 65535",
          "command line --Logging:Level: \"Loud\" is not allowed; allowed: one "
          "of Trace, Debug, Information, Warning, Error, Critical"));
}

TEST_F(Problems, AnUnknownKeyNamesTheNearest) {
  EXPECT_THAT(LoadProblems({"Kafka__BootstrapServer=x"}),
              ElementsAre("environment variable Kafka__BootstrapServer: Kafka:BootstrapServer: "
                          "unknown key; nearest known key: Kafka:BootstrapServers"));
  EXPECT_THAT(OfBase(R"({"Auth":{"Key":1}})"), HasSubstr("Auth:Key: unknown key; nearest"));
}

TEST_F(Problems, InAFileTheTypeMustBeThatOfJson) {
  EXPECT_EQ(
      OfBase(R"({"Http":{"Port":"8080"}})"),
      "Http:Port: the string \"8080\" is not an integer; allowed: an integer from 0 to 65535");
  EXPECT_THAT(OfBase(R"({"Http":{"Port":80.0}})"), HasSubstr("80.0 is not an integer"));
  EXPECT_THAT(OfBase(R"({"Http":{"Port":null}})"), HasSubstr("null is not an integer"));
  EXPECT_THAT(OfBase(R"({"Http":{"Port":[1]}})"), HasSubstr("an array is not an integer"));
  EXPECT_THAT(OfBase(R"({"Http":{"Port":{}}})"), HasSubstr("an object is not an integer"));
  EXPECT_THAT(OfBase(R"({"Http":{"Port":{"x":1}}})"), HasSubstr("Http:Port has no keys below it"));
  EXPECT_THAT(OfBase(R"({"Http":{"Address":5}})"), HasSubstr("5 is not a string"));
  EXPECT_THAT(OfBase(R"({"Kafka":{"LingerMs":"5"}})"), HasSubstr("is not a number"));
  EXPECT_THAT(OfBase(R"({"Kafka":{"EnableIdempotence":"true"}})"), HasSubstr("is not a boolean"));
  EXPECT_THAT(OfBase(R"({"Topics":{"Allow":"a"}})"), HasSubstr("is not an array"));
  EXPECT_THAT(OfBase(R"({"Topics":{"Allow":["a",1]}})"), HasSubstr("element 1: 1 is not a string"));
  EXPECT_THAT(OfBase(R"({"Kafka":{"Librdkafka":[]}})"), HasSubstr("an array is not an object"));
  EXPECT_THAT(OfBase(R"({"Kafka":{"Librdkafka":{"a":null}}})"),
              HasSubstr("Kafka:Librdkafka:a: null is not a value"));
  EXPECT_THAT(OfBase(R"({"Kafka":{"Librdkafka":{"a":{"b":1}}}})"), HasSubstr("is not one name"));
  EXPECT_THAT(OfBase(R"({"Http":5})"), HasSubstr("Http: is a section, not a key"));
}

TEST_F(Problems, TextOfVariablesIsConvertedStrictly) {
  for (const std::string text : {"", " 80", "80 ", "+80", "0x50", "8e1", "80.0", "-1", "65536",
                                 "99999999999999999999", "true"}) {
    EXPECT_THAT(LoadProblems({"Http__Port=" + text}), SizeIs(1)) << text;
  }
  for (const std::string text : {"", "nan", "inf", "1x", "-0.5", "1e400", "900001"}) {
    EXPECT_THAT(LoadProblems({"Kafka__LingerMs=" + text}), SizeIs(1)) << text;
  }
  for (const std::string text : {"True", "1", "yes", ""}) {
    EXPECT_THAT(LoadProblems({"Kafka__EnableIdempotence=" + text}), SizeIs(1)) << text;
  }
  EXPECT_EQ(LoadSettings({"Http__Port=65535"}).http.port, 65'535);
  EXPECT_EQ(LoadSettings({"Kafka__LingerMs=0.5"}).kafka.linger_ms, 0.5);
  EXPECT_TRUE(LoadSettings({"Kafka__EnableIdempotence=true"}).kafka.enable_idempotence);
}

TEST_F(Problems, OutOfRangeNamesTheRangeAndTheUnit) {
  EXPECT_THAT(LoadProblems({"Http__IdleTimeoutMs=0"}),
              ElementsAre(HasSubstr("\"0\" is out of range; allowed: an integer from 1 to 86400000 "
                                    "(milliseconds)")));
  EXPECT_THAT(LoadProblems({"Http__Port=99999999999999999999"}),
              ElementsAre(HasSubstr("is out of range")));
}

TEST_F(Problems, AListAsAVariableAsksForIndices) {
  EXPECT_THAT(LoadProblems({"Topics__Deny=a,b"}), ElementsAre(HasSubstr("by its index")));
  EXPECT_THAT(LoadProblems({"Topics__Deny__x=a"}), ElementsAre(HasSubstr("is not an index")));
  EXPECT_THAT(LoadProblems({"Topics__Deny__0=a b"}), ElementsAre(HasSubstr("is not allowed")));
}

TEST_F(Problems, ValuesThatBreakAGuaranteeAreRefusedWithTheReason) {
  const auto because_stored_everywhere = HasSubstr(
      "allowed: only all, because a 200 means that the record is stored on every in-sync "
      "replica");
  EXPECT_THAT(OfBase(R"({"Kafka":{"Acks":1}})"), because_stored_everywhere);
  EXPECT_THAT(OfBase(R"({"Kafka":{"Acks":"1"}})"), because_stored_everywhere);
  EXPECT_THAT(OfBase(R"({"Kafka":{"EnableIdempotence":false}})"),
              HasSubstr("false is not allowed; allowed: only true, because"));
}

TEST_F(Problems, TheMessageTimeoutMustBeUnderTheRequestTimeout) {
  EXPECT_THAT(
      LoadProblems({"Kafka__MessageTimeoutMs=30000"}),
      ElementsAre(AllOf(HasSubstr(
          "environment variable Kafka__MessageTimeoutMs: "
          "Kafka:MessageTimeoutMs: 30000 is not less than Limits:RequestTimeoutMs (30000)"))));
  EXPECT_THAT(LoadProblems({}, {"--Limits:RequestTimeoutMs=25000"}),
              ElementsAre(HasSubstr("command line --Limits:RequestTimeoutMs: ")));
  EXPECT_THAT(LoadProblems({"Kafka__MessageTimeoutMs=29999"}), IsEmpty());
}

TEST_F(Problems, TheLingerMustBeUnderTheMessageTimeout) {
  EXPECT_THAT(
      LoadProblems({"Kafka__LingerMs=25000"}),
      ElementsAre(HasSubstr("Kafka:LingerMs: is not less than Kafka:MessageTimeoutMs (25000)")));
}

TEST_F(Problems, ATlsFileWithoutTheOthersThatItNeedsIsRefused) {
  EXPECT_THAT(LoadProblems({"Http__Tls__CertificateFile=/c"}),
              ElementsAre(HasSubstr("environment variable Http__Tls__CertificateFile: "
                                    "Http:Tls:CertificateFile: is set without Http:Tls:KeyFile")));
  EXPECT_THAT(LoadProblems({}, {"--Http:Tls:KeyFile=/k", "--Http:Tls:ClientCaFile=/a"}),
              ElementsAre(HasSubstr("Http:Tls:KeyFile: is set without Http:Tls:CertificateFile")));
  EXPECT_THAT(
      LoadProblems({}, {"--Http:Tls:ClientCaFile=/a"}),
      ElementsAre(HasSubstr("Http:Tls:ClientCaFile: is set without Http:Tls:CertificateFile")));
  EXPECT_THAT(LoadProblems({}, {"--Http:Tls:CertificateFile=/c", "--Http:Tls:KeyFile=/k"}),
              IsEmpty());
}

TEST_F(Problems, KafkasTlsAndSaslKeysNeedAProtocolThatUsesThem) {
  EXPECT_THAT(
      LoadProblems({"Kafka__Tls__CaFile=/ca"}),
      ElementsAre("environment variable Kafka__Tls__CaFile: Kafka:Tls:CaFile: has no effect "
                  "without Kafka:Security:Protocol; allowed: Kafka:Security:Protocol ssl "
                  "or sasl_ssl, or no Kafka:Tls:CaFile"));
  EXPECT_THAT(
      LoadProblems({}, {"--Kafka:Security:Protocol=ssl", "--Kafka:Sasl:Username=alice"}),
      ElementsAre(HasSubstr("Kafka:Sasl:Username: has no effect with this Kafka:Security")));
  EXPECT_THAT(
      LoadProblems({}, {"--Kafka:Security:Protocol=plaintext", "--Kafka:Tls:VerifyHostname=false"}),
      ElementsAre(HasSubstr("Kafka:Tls:VerifyHostname: has no effect with")));
  EXPECT_THAT(LoadProblems({}, {"--Kafka:Security:Protocol=ssl", "--Kafka:Tls:CaFile=/ca"}),
              IsEmpty());
}

TEST_F(Problems, AKafkaLoginNeedsAllThatItsMechanismNeeds) {
  EXPECT_THAT(LoadProblems({"Kafka__Security__Protocol=sasl_ssl"}),
              ElementsAre(HasSubstr("logs in, but Kafka:Sasl:Mechanism is not set")));
  EXPECT_THAT(
      LoadProblems({}, {"--Kafka:Security:Protocol=sasl_ssl", "--Kafka:Sasl:Mechanism=PLAIN"}),
      ElementsAre(HasSubstr("Kafka:Sasl:Mechanism: needs Kafka:Sasl:Username, which is not set"),
                  HasSubstr("Kafka:Sasl:Mechanism: needs Kafka:Sasl:Password, which is not set")));
  EXPECT_THAT(LoadProblems(
                  {}, {"--Kafka:Security:Protocol=sasl_ssl", "--Kafka:Sasl:Mechanism=SCRAM-SHA-512",
                       "--Kafka:Sasl:Username=alice", "--Kafka:Sasl:Password=secret"}),
              IsEmpty());
  EXPECT_THAT(
      LoadProblems({"Kafka__Sasl__Mechanism=GSSAPI"}),
      ElementsAre(HasSubstr("allowed: one of PLAIN, SCRAM-SHA-256, SCRAM-SHA-512, OAUTHBEARER")));
}

TEST_F(Problems, OauthbearerNeedsATokenEndpointAndNoPassword) {
  const std::vector<std::string> login = {"--Kafka:Security:Protocol=sasl_ssl",
                                          "--Kafka:Sasl:Mechanism=OAUTHBEARER"};
  const auto with = [&login](std::vector<std::string> more) {
    more.insert(more.end(), login.begin(), login.end());
    return more;
  };
  EXPECT_THAT(LoadProblems({}, login),
              ElementsAre(HasSubstr("needs Kafka:OAuth:TokenEndpoint, which is not set"),
                          HasSubstr("needs Kafka:OAuth:ClientId, which is not set"),
                          HasSubstr("needs Kafka:OAuth:ClientSecret, which is not set")));
  const std::vector<std::string> whole =
      with({"--Kafka:OAuth:TokenEndpoint=https://id.example/token", "--Kafka:OAuth:ClientId=me",
            "--Kafka:OAuth:ClientSecret=secret"});
  EXPECT_THAT(LoadProblems({}, whole), IsEmpty());
  EXPECT_THAT(LoadProblems({"Kafka__Sasl__Password=x"}, whole),
              ElementsAre(HasSubstr("Kafka:Sasl:Password: has no effect with OAUTHBEARER")));
  EXPECT_THAT(LoadProblems({"Kafka__OAuth__Scope=x"},
                           {"--Kafka:Security:Protocol=sasl_ssl", "--Kafka:Sasl:Mechanism=PLAIN",
                            "--Kafka:Sasl:Username=alice", "--Kafka:Sasl:Password=secret"}),
              ElementsAre(HasSubstr("Kafka:OAuth:Scope: has no effect without OAUTHBEARER")));
}

TEST_F(Problems, AKafkaClientCertificateNeedsItsKey) {
  EXPECT_THAT(
      LoadProblems({}, {"--Kafka:Security:Protocol=ssl", "--Kafka:Tls:CertificateFile=/c"}),
      ElementsAre(HasSubstr("Kafka:Tls:CertificateFile: is set without Kafka:Tls:KeyFile")));
  EXPECT_THAT(LoadProblems({}, {"--Kafka:Security:Protocol=ssl", "--Kafka:Tls:KeyPassword=secret"}),
              ElementsAre(AllOf(HasSubstr("Kafka:Tls:KeyPassword: is set without"),
                                Not(HasSubstr("=secret")))));
}

TEST_F(Problems, TheEmbeddedBrokerSpeaksOnlyPlaintext) {
  EXPECT_THAT(LoadProblems({"Kafka__BootstrapServers=embedded"}, {"--Kafka:Security:Protocol=ssl"}),
              ElementsAre(HasSubstr("contradicts Kafka:BootstrapServers=embedded")));
}

TEST_F(Problems, ASecretThatCannotBeReadIsOneProblem) {
  EXPECT_THAT(LoadProblems({"Kafka__Sasl__Password=file:/nonexistent"},
                           {"--Kafka:Security:Protocol=sasl_ssl", "--Kafka:Sasl:Mechanism=PLAIN",
                            "--Kafka:Sasl:Username=alice"}),
              ElementsAre(HasSubstr("Kafka:Sasl:Password: the file /nonexistent cannot be read")));
}

TEST_F(Problems, NoContradictionIsMadeUpFromAValueThatIsWrongAnyway) {
  EXPECT_THAT(LoadProblems({"Kafka__MessageTimeoutMs=50000", "Limits__RequestTimeoutMs=60s"}),
              ElementsAre(HasSubstr("60s")));
  WriteBase("{");
  EXPECT_THAT(LoadProblems({"Kafka__MessageTimeoutMs=50000"}),
              ElementsAre(HasSubstr("is not JSON")));
}

TEST_F(Problems, TheEmbeddedBrokerAllowsTlsProperties) {
  EXPECT_THAT(LoadProblems({"Kafka__BootstrapServers=embedded",
                            "Kafka__Librdkafka__security_protocol=sasl_ssl"}),
              IsEmpty());
}

TEST_F(Problems, FurtherChecksSeeTheSettingsAndGetTheSourceFilledIn) {
  const ConfigCheck check = [](const Settings& settings) {
    EXPECT_EQ(settings.kafka.librdkafka.count("no.such"), 1U);
    return std::vector<ConfigProblem>{
        {"", "Kafka:Librdkafka:no.such", "is no librdkafka property", "", ""},
        {"elsewhere", "", "is wrong", "", ""}};
  };
  EXPECT_THAT(LoadProblems({"Kafka__Librdkafka__no_such=1", "Http__Port=x"}, {}, {check}),
              ElementsAre(HasSubstr("Http:Port"),
                          "environment variable Kafka__Librdkafka__no_such: "
                          "Kafka:Librdkafka:no.such: is no librdkafka property",
                          "elsewhere: is wrong"));
}

TEST_F(Problems, TheFileOfTheCommandLineMustBeThere) {
  EXPECT_THAT(LoadProblems({}, {"--config", "/nonexistent.json"}),
              ElementsAre("file /nonexistent.json: cannot be read: No such file or directory"));
}

TEST_F(Problems, EachIsOneLineWhateverTheValueHolds) {
  const std::vector<std::string> lines =
      LoadProblems({"Http__Port=a\nb\x1b[31m" + std::string(500, 'x')});
  ASSERT_THAT(lines, SizeIs(1));
  EXPECT_THAT(lines[0], AllOf(HasSubstr("a\\x0ab\\x1b[31m"), Not(HasSubstr("\n"))));
  EXPECT_LT(lines[0].size(), 300U);
}

TEST_F(Problems, TheValueOfAnUnknownKeyIsNotShown) {
  EXPECT_THAT(LoadProblems({"Kafka__Password=hunter2"}), ElementsAre(Not(HasSubstr("hunter2"))));
}

}  // namespace
}  // namespace gateway
