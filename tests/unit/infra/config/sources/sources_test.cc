// Which source takes precedence, and how each spells a key.
#include "support/cpp/config_fixture.h"

namespace gateway {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

class Sources : public ConfigFixture {};

TEST_F(Sources, WithoutAnyTheDefaultsApply) {
  const Settings settings = LoadSettings({});
  EXPECT_EQ(settings.http.port, 8080);
  EXPECT_EQ(settings.kafka.bootstrap_servers, "localhost:9092");
}

TEST_F(Sources, EachWinsOverTheOneBefore) {
  WriteBase(
      R"({"Http":{"Port":1,"Threads":1,"MaxHeaders":1,"MaxHeadBytes":1001,"MaxConnections":1}})");
  Write("opt/config/appsettings.Production.json",
        R"({"Http":{"Threads":2,"MaxHeaders":2,"MaxHeadBytes":1002,"MaxConnections":2}})");
  const std::string file =
      Write("given.json", R"({"Http":{"MaxHeaders":3,"MaxHeadBytes":1003,"MaxConnections":3}})");
  const Settings settings = LoadSettings({"Http__MaxHeadBytes=1004", "Http__MaxConnections=4"},
                                         {"--config", file, "--Http:MaxConnections=5"});
  EXPECT_EQ(settings.http.port, 1);
  EXPECT_EQ(settings.http.threads, 2);
  EXPECT_EQ(settings.http.max_headers, 3U);
  EXPECT_EQ(settings.http.max_head_bytes, 1004U);
  EXPECT_EQ(settings.http.max_connections, 5U);
}

TEST_F(Sources, TheEnvironmentChoosesTheSecondFileWhateverItsCase) {
  Write("opt/config/appsettings.Development.json", R"({"Http":{"Port":2}})");
  Write("opt/config/appsettings.Production.json", R"({"Http":{"Port":3}})");
  EXPECT_EQ(LoadSettings({"GATEWAY_ENVIRONMENT=Development"}).http.port, 2);
  EXPECT_EQ(LoadSettings({"GATEWAY_ENVIRONMENT=development"}).http.port, 2);
  EXPECT_EQ(LoadSettings({"GATEWAY_ENVIRONMENT=Staging"}).http.port, 8080);
  EXPECT_EQ(LoadSettings({"GATEWAY_ENVIRONMENT="}).http.port, 3);
  EXPECT_EQ(LoadSettings({}).http.port, 3);
}

TEST_F(Sources, AnEnvironmentThatIsAPathIsRefused) {
  EXPECT_THAT(LoadProblems({"GATEWAY_ENVIRONMENT=../x"}),
              ElementsAre(HasSubstr("environment variable GATEWAY_ENVIRONMENT: is not a name")));
}

TEST_F(Sources, KeysMatchWhateverTheirCase) {
  WriteBase(R"({"hTTP":{"pORT":1}})");
  EXPECT_EQ(LoadSettings({}).http.port, 1);
  EXPECT_EQ(LoadSettings({"HTTP__PORT=2"}).http.port, 2);
  EXPECT_EQ(LoadSettings({"HTTP__PORT=2"}, {"--http:port=3"}).http.port, 3);
}

TEST_F(Sources, VariablesOfOthersAreIgnored) {
  EXPECT_THAT(LoadProblems({"KAFKA_PORT=tcp://10.0.0.1", "HTTP=x", "Path__x=y", "_=z", "Health=1",
                            "HTTP_PROXY=p", "broken"}),
              IsEmpty());
}

TEST_F(Sources, TwoVariablesOfOneKeyAreAProblem) {
  EXPECT_THAT(
      LoadProblems({"Http__Port=1", "HTTP__PORT=2"}),
      ElementsAre("environment variable HTTP__PORT: HTTP:PORT: the variable Http__Port also "
                  "sets this key"));
}

TEST_F(Sources, OfAKeyTwiceOnTheCommandLineTheLastCounts) {
  EXPECT_EQ(LoadSettings({}, {"--Http:Port=1", "--Http:Port=2"}).http.port, 2);
}

TEST_F(Sources, AnArrayInAFileReplacesTheArray) {
  WriteBase(R"({"Topics":{"Allow":["a","b"]}})");
  Write("opt/config/appsettings.Production.json", R"({"Topics":{"Allow":["c"]}})");
  EXPECT_THAT(LoadSettings({}).topics.allow, ElementsAre("c"));
}

TEST_F(Sources, ElementsByIndexReplaceOrFollowInAnyOrder) {
  WriteBase(R"({"Topics":{"Deny":["a"]}})");
  EXPECT_THAT(LoadSettings({"Topics__Deny__2=c", "Topics__Deny__1=b"}).topics.deny,
              ElementsAre("a", "b", "c"));
  EXPECT_THAT(LoadSettings({"Topics__Deny__0=__*"}, {"--Topics:Deny:1=x"}).topics.deny,
              ElementsAre("__*", "x"));
}

TEST_F(Sources, AnIndexThatLeavesAGapIsAProblem) {
  EXPECT_THAT(LoadProblems({"Topics__Deny__1=b"}),
              ElementsAre(HasSubstr("Topics:Deny:1: leaves a gap: there is no element 0")));
}

TEST_F(Sources, ThePassThroughIsOneMapOfAllSources) {
  WriteBase(R"({"Kafka":{"Librdkafka":{"socket.keepalive.enable":true,"linger.ms":5,"a":"x"}}})");
  const Settings settings = LoadSettings(
      {"Kafka__Librdkafka__security_protocol=ssl", "KAFKA__LIBRDKAFKA__SASL_MECHANISM=PLAIN",
       "Kafka__Librdkafka__ssl.ca.location=/ca"},
      {"--Kafka:Librdkafka:linger.ms=6.5"});
  EXPECT_THAT(settings.kafka.librdkafka,
              ElementsAre(Pair("a", "x"), Pair("linger.ms", "6.5"), Pair("sasl.mechanism", "PLAIN"),
                          Pair("security.protocol", "ssl"), Pair("socket.keepalive.enable", "true"),
                          Pair("ssl.ca.location", "/ca")));
}

TEST_F(Sources, NamesWithUnderscoresStayInFilesAndOnTheCommandLine) {
  WriteBase(R"({"Kafka":{"Librdkafka":{"log_level":7}}})");
  EXPECT_THAT(LoadSettings({}, {"--Kafka:Librdkafka:a_b=1"}).kafka.librdkafka,
              ElementsAre(Pair("a_b", "1"), Pair("log_level", "7")));
}

TEST_F(Sources, EachValueIsPrintedWithItsSource) {
  const std::string base = WriteBase(R"({"Http":{"Port":8080,"Threads":4}})");
  const std::string given = Write("given.json", R"({"Http":{"MaxHeaders":7}})");
  const std::vector<std::string> environment = {"Kafka__ClientId=me",
                                                "Kafka__Librdkafka__linger_ms=5"};
  const std::vector<std::string> arguments = {"--config=" + given, "--Topics:Deny:0=x"};
  EXPECT_EQ(Printed("Http:Port", environment, arguments), "8080 (default)");
  EXPECT_EQ(Printed("Http:Address", environment, arguments), "\"127.0.0.1\" (default)");
  EXPECT_EQ(Printed("Http:Threads", environment, arguments), "4 (file " + base + ")");
  EXPECT_EQ(Printed("Http:MaxHeaders", environment, arguments), "7 (file " + given + ")");
  EXPECT_EQ(Printed("Kafka:ClientId", environment, arguments), "\"me\" (environment)");
  EXPECT_EQ(Printed("Kafka:Librdkafka:linger.ms", environment, arguments), "\"5\" (environment)");
  EXPECT_EQ(Printed("Topics:Deny", environment, arguments), "[\"x\"] (command line)");
}

// Profiles.

TEST_F(Sources, AProfileSetsWhatOnlyDefaultsAndTheBaseFileSay) {
  WriteBase(R"({"Kafka":{"CompressionType":"snappy","LingerMs":0}})");
  const Settings settings = LoadSettings({"Kafka__Profile=high-throughput"});
  EXPECT_EQ(settings.kafka.compression_type, "lz4");
  EXPECT_EQ(settings.kafka.linger_ms, 5);
  EXPECT_EQ(LoadSettings({"Kafka__Profile=low-latency"}).kafka.compression_type, "none");
  EXPECT_EQ(LoadSettings({"Kafka__Profile=balanced"}).kafka.compression_type, "snappy");
  EXPECT_EQ(Printed("Kafka:LingerMs", {"Kafka__Profile=high-throughput"}),
            "5 (profile high-throughput)");
}

TEST_F(Sources, AKeyOfALaterSourceWinsOverTheProfileAlsoAtItsDefault) {
  Write("opt/config/appsettings.Production.json", R"({"Kafka":{"CompressionType":"snappy"}})");
  const Settings settings =
      LoadSettings({"Kafka__LingerMs=0"}, {"--Kafka:Profile=high-throughput"});
  EXPECT_EQ(settings.kafka.compression_type, "snappy");
  EXPECT_EQ(settings.kafka.linger_ms, 0);
}

// Secrets.

TEST_F(Sources, ASecretMayBeInAFileWithoutItsLastLineBreak) {
  const std::string file = Write("secret", "s3 cret\n");
  const Settings settings = LoadSettings({"Kafka__Librdkafka__sasl_password=file:" + file,
                                          "Kafka__Librdkafka__client_rack=file:" + file});
  EXPECT_THAT(settings.kafka.librdkafka,
              ElementsAre(Pair("client.rack", "file:" + file), Pair("sasl.password", "s3 cret")));
}

TEST_F(Sources, AKeyThatIsASecretMayBeInAFileAndIsNotPrinted) {
  const std::string file = Write("secret", "s3 cret\n");
  const std::vector<std::string> arguments = {
      "--Kafka:Security:Protocol=sasl_ssl", "--Kafka:Sasl:Mechanism=PLAIN",
      "--Kafka:Sasl:Username=alice", "--Kafka:Sasl:Password=file:" + file};
  const Settings settings = LoadSettings({}, arguments);
  EXPECT_EQ(settings.kafka.sasl.password, "s3 cret");
  EXPECT_THAT(settings.secret_files, ElementsAre(Pair("Kafka:Sasl:Password", file)));
  EXPECT_EQ(Printed("Kafka:Sasl:Password", {}, arguments), "*** (command line)");
  EXPECT_EQ(Printed("Kafka:Tls:KeyPassword", {}, arguments), "\"\" (default)");
}

TEST_F(Sources, ASecretFileThatDoesNotServeIsAProblem) {
  const std::string empty = Write("empty", "\n");
  EXPECT_THAT(
      LoadProblems({"Kafka__Librdkafka__sasl_password=file:/nonexistent",
                    "Kafka__Librdkafka__ssl_key_password=file:" + empty}),
      ElementsAre("environment variable Kafka__Librdkafka__sasl_password: "
                  "Kafka:Librdkafka:sasl.password: the file /nonexistent cannot be read: No "
                  "such file or directory",
                  HasSubstr("the file " + empty + " is empty")));
}

TEST_F(Sources, SecretsAreNotPrinted) {
  for (const std::string name :
       {"sasl.password", "SASL.PASSWORD", "sasl.oauthbearer.client.secret", "ssl.key.pem",
        "ssl.ca.pem", "sasl.oauthbearer.config", "sasl.jaas.config", "some.token"}) {
    const std::string key = "Kafka:Librdkafka:" + name;
    auto loaded = Load({}, {"--" + key + "=hunter2"});
    ASSERT_TRUE(loaded.ok()) << name;
    for (const EffectiveValue& value : loaded.value().values) {
      EXPECT_THAT(value.text, testing::Not(HasSubstr("hunter2"))) << name;
    }
  }
  EXPECT_EQ(Printed("Kafka:Librdkafka:sasl.password", {"Kafka__Librdkafka__sasl_password=x"}),
            "*** (environment)");
  EXPECT_EQ(Printed("Kafka:Librdkafka:sasl.username", {"Kafka__Librdkafka__sasl_username=x"}),
            "\"x\" (environment)");
}

}  // namespace
}  // namespace gateway
