// Kafka:Security, Kafka:Tls and Kafka:Sasl as librdkafka's properties, and what is said of them
// before a broker is asked.
#include <gmock/gmock.h>

#include <map>

#include "infra/kafka/client/client_config.h"
#include "infra/kafka/client/conf_value.h"
#include "support/cpp/test_certificates.h"

namespace gateway {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::Identity;
using ::testing::IsEmpty;
using testing::MakeIdentity;
using ::testing::Not;

Settings::Kafka PlainOverTls() {
  Settings::Kafka kafka;
  kafka.security.protocol = KafkaProtocol::kSaslSsl;
  kafka.sasl = {SaslMechanism::kPlain, "alice", "alice-secret"};
  return kafka;
}

Settings::Kafka Passing(const std::map<std::string, std::string>& properties) {
  Settings::Kafka kafka;
  kafka.librdkafka = properties;
  return kafka;
}

// With files in a directory of its own.
class KafkaFiles : public ::testing::Test {
 protected:
  Settings::Kafka MutualTls(const std::string& certificate, const std::string& key) {
    Settings::Kafka kafka;
    kafka.security.protocol = KafkaProtocol::kSsl;
    kafka.tls.ca_file = directory_.Write("ca.pem", authority_.CertificatePem());
    kafka.tls.certificate_file = directory_.Write("gateway.pem", certificate);
    kafka.tls.key_file = directory_.Write("gateway.key", key);
    return kafka;
  }

  const Identity authority_ = MakeIdentity("authority");
  const Identity gateway_ = MakeIdentity("gateway", &authority_);
  const testing::TestDirectory directory_;
};

TEST(KafkaSecurity, EachKeySetsItsProperty) {
  Settings::Kafka kafka = PlainOverTls();
  kafka.tls = {"/ca.pem", "/gateway.pem", "/gateway.key", "key-secret", false};
  auto conf = MakeKafkaConf({kafka, 0}, KafkaClientKind::kProducer);
  ASSERT_TRUE(conf.ok()) << conf.error();
  const std::map<std::string, std::string> expected = {
      {"Kafka:Security:Protocol", "sasl_ssl"},
      {"Kafka:Tls:CaFile", "/ca.pem"},
      {"Kafka:Tls:CertificateFile", "/gateway.pem"},
      {"Kafka:Tls:KeyFile", "/gateway.key"},
      {"Kafka:Tls:KeyPassword", "key-secret"},
      {"Kafka:Tls:VerifyHostname", "none"},
      {"Kafka:Sasl:Mechanism", "PLAIN"},
      {"Kafka:Sasl:Username", "alice"},
      {"Kafka:Sasl:Password", "alice-secret"}};
  std::size_t keys = 0;
  for (const KafkaProperty& property : KafkaProperties()) {
    if (property.rule != KafkaProperty::Rule::kSecurity) continue;
    ++keys;
    ASSERT_TRUE(expected.contains(std::string(property.key))) << property.key;
    EXPECT_EQ(ConfValue(conf.value().get(), std::string(property.property).c_str()),
              expected.at(std::string(property.key)));
  }
  EXPECT_EQ(keys, expected.size());
}

TEST(KafkaSecurity, LookupsLogInAsTheProducerDoes) {
  auto conf = MakeKafkaConf({PlainOverTls(), 0}, KafkaClientKind::kLookup);
  ASSERT_TRUE(conf.ok()) << conf.error();
  EXPECT_EQ(ConfValue(conf.value().get(), "security.protocol"), "sasl_ssl");
  EXPECT_EQ(ConfValue(conf.value().get(), "sasl.username"), "alice");
}

TEST(KafkaSecurity, APropertyWithAKeyIsPassedOnlyWhileTheProtocolHasNone) {
  const std::map<std::string, std::string> passed = {
      {"security.protocol", "ssl"}, {"ssl.ca.location", "/ca.pem"}, {"ssl.crl.location", "/crl"}};
  EXPECT_THAT(CheckKafkaConf(Passing(passed)), IsEmpty());
  Settings::Kafka kafka = PlainOverTls();
  kafka.librdkafka = passed;
  EXPECT_THAT(CheckKafkaConf(kafka),
              ElementsAre(AllOf(HasSubstr("Kafka:Librdkafka:security.protocol: "),
                                HasSubstr("set Kafka:Security:Protocol instead")),
                          HasSubstr("set Kafka:Tls:CaFile instead")));
}

TEST(KafkaSecurity, KerberosIsRefusedBecauseItRunsAShellCommand) {
  const auto refusal = [](const std::string& key) {
    return ElementsAre(AllOf(HasSubstr("Kafka:Librdkafka:" + key), HasSubstr("shell command")));
  };
  EXPECT_THAT(CheckKafkaConf(Passing({{"sasl.mechanisms", "GSSAPI"}})), refusal("sasl.mechanisms"));
  EXPECT_THAT(CheckKafkaConf(Passing({{"sasl.kerberos.keytab", "/k"}})),
              refusal("sasl.kerberos.keytab"));
  // librdkafka's default.
  EXPECT_THAT(CheckKafkaConf(Passing({{"security.protocol", "sasl_ssl"}})),
              refusal("security.protocol"));
}

TEST(KafkaSecurity, TokensThatNobodyWouldProvideAreRefused) {
  EXPECT_THAT(CheckKafkaConf(Passing({{"sasl.mechanism", "OAUTHBEARER"}})),
              ElementsAre(HasSubstr("nothing would provide the token")));
  EXPECT_THAT(CheckKafkaConf(Passing({{"enable.sasl.oauthbearer.unsecure.jwt", "true"}})),
              ElementsAre(HasSubstr("without a signature")));
}

TEST(KafkaSecurity, TheUrlOfTheTokenEndpointIsChecked) {
  Settings::Kafka kafka;
  kafka.security.protocol = KafkaProtocol::kSaslSsl;
  kafka.sasl.mechanism = SaslMechanism::kOauthbearer;
  kafka.oauth = {"http://id.example/token", "me", "secret", "", "", false};
  EXPECT_THAT(TryKafkaConf(kafka).value_or(""), HasSubstr("Kafka:OAuth:TokenEndpoint: "));
  kafka.oauth.allow_http = true;
  EXPECT_EQ(TryKafkaConf(kafka), std::nullopt);
  kafka.oauth = {"https://id.example/token", "me", "secret", "", "/nonexistent", false};
  EXPECT_THAT(TryKafkaConf(kafka).value_or(""), HasSubstr("Kafka:OAuth:CaFile: the file"));
  kafka.librdkafka["sasl.oauthbearer.method"] = "oidc";
  EXPECT_THAT(CheckKafkaConf(kafka), ElementsAre(HasSubstr("Kafka:OAuth has keys for tokens")));
}

TEST_F(KafkaFiles, GoodFilesAreAccepted) {
  EXPECT_EQ(TryKafkaConf(MutualTls(gateway_.CertificatePem(), gateway_.KeyPem())), std::nullopt);
  EXPECT_EQ(TryKafkaConf(Settings::Kafka()), std::nullopt);
  EXPECT_EQ(TryKafkaConf(PlainOverTls()), std::nullopt);
}

TEST_F(KafkaFiles, AFileThatIsNotThereIsNamedWithItsKey) {
  Settings::Kafka kafka = MutualTls(gateway_.CertificatePem(), gateway_.KeyPem());
  kafka.tls.ca_file = "/nonexistent/ca.pem";
  EXPECT_EQ(TryKafkaConf(kafka),
            "Kafka:Tls:CaFile: the file /nonexistent/ca.pem cannot be read: No such file or "
            "directory");
}

TEST_F(KafkaFiles, AFileThatIsNotAPemFileIsNamedWithItsKey) {
  Settings::Kafka kafka = MutualTls(gateway_.CertificatePem(), gateway_.KeyPem());
  kafka.tls.ca_file = directory_.Write("empty.pem", "nothing\n");
  EXPECT_THAT(TryKafkaConf(kafka).value_or(""), HasSubstr("Kafka:Tls:CaFile: librdkafka cannot"));
}

TEST_F(KafkaFiles, TheKeyOfAnotherCertificateIsRefused) {
  const Identity other = MakeIdentity("other", &authority_);
  EXPECT_THAT(TryKafkaConf(MutualTls(gateway_.CertificatePem(), other.KeyPem())).value_or(""),
              AllOf(HasSubstr("Kafka:Tls:KeyFile: "), HasSubstr("values mismatch")));
}

TEST_F(KafkaFiles, AnEncryptedKeyNeedsItsPassword) {
  Settings::Kafka kafka = MutualTls(gateway_.CertificatePem(), gateway_.KeyPem("key-secret"));
  EXPECT_THAT(TryKafkaConf(kafka).value_or(""), HasSubstr("Kafka:Tls:KeyFile: "));
  kafka.tls.key_password = "key-wrong";
  EXPECT_THAT(TryKafkaConf(kafka).value_or(""),
              AllOf(HasSubstr("Kafka:Tls:KeyFile: "), Not(HasSubstr("key-wrong"))));
  kafka.tls.key_password = "key-secret";
  EXPECT_EQ(TryKafkaConf(kafka), std::nullopt);
}

TEST(SecurityWarnings, ScramWithAnOldLibrdkafkaIsWarnedOf) {
  constexpr int kDebian12 = 0x020002ff;
  constexpr int kFixed = 0x020601ff;
  Settings::Kafka kafka = PlainOverTls();
  EXPECT_THAT(SecurityWarnings(kafka, kDebian12), IsEmpty());
  kafka.sasl.mechanism = SaslMechanism::kScramSha512;
  EXPECT_THAT(SecurityWarnings(kafka, kDebian12), ElementsAre(HasSubstr("Kafka 4 or later")));
  EXPECT_THAT(SecurityWarnings(kafka, kFixed), IsEmpty());
  const Settings::Kafka passed = Passing({{"security.protocol", "sasl_ssl"},
                                          {"sasl.mechanisms", "SCRAM-SHA-256"},
                                          {"sasl.username", "alice"},
                                          {"sasl.password", "alice-secret"}});
  EXPECT_THAT(SecurityWarnings(passed, kDebian12), ElementsAre(HasSubstr("Kafka 4 or later")));
}

TEST(SecurityWarnings, CredentialsInTheClearAndNamesThatAreNotVerifiedAreWarnedOf) {
  constexpr int kNewest = 0x7fffffff;
  Settings::Kafka kafka = PlainOverTls();
  kafka.tls.verify_hostname = false;
  EXPECT_THAT(SecurityWarnings(kafka, kNewest), ElementsAre(HasSubstr("VerifyHostname")));
  kafka = PlainOverTls();
  kafka.security.protocol = KafkaProtocol::kSaslPlaintext;
  EXPECT_THAT(SecurityWarnings(kafka, kNewest), ElementsAre(HasSubstr("without TLS")));
  EXPECT_THAT(SecurityWarnings(Settings::Kafka(), kNewest), IsEmpty());
}

}  // namespace
}  // namespace gateway
