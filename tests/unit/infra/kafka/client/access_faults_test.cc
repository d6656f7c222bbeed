// The texts are those of librdkafka 2.0.2 with Kafka 4.1.
#include "infra/kafka/client/access_faults.h"

#include <gmock/gmock.h>

#include <string>

#include "infra/kafka/client/client_config.h"

namespace gateway {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

AccessAttempt Login(const std::string& mechanism) {
  AccessAttempt attempt;
  attempt.protocol = "sasl_ssl";
  attempt.mechanism = mechanism;
  return attempt;
}

std::string WithState(const std::string& text, const std::string& state) {
  return "sasl_ssl://127.0.0.1:9093/1: " + text + " (after 3ms in state " + state + ")";
}

struct Reported {
  rd_kafka_resp_err_t code;
  std::string text;
  std::string state;
};

AccessFault FaultOf(const Reported& reported, const AccessAttempt& attempt,
                    const AccessEvidence& evidence = {}) {
  return AccessFaultOf(reported.code, WithState(reported.text, reported.state), attempt, evidence)
      .value_or(AccessFault());
}

const Reported kWrongPassword{
    RD_KAFKA_RESP_ERR__AUTHENTICATION,
    "SASL authentication error: Authentication failed: Invalid username or password", "AUTH_REQ"};
const Reported kWrongScram{
    RD_KAFKA_RESP_ERR__AUTHENTICATION,
    "SASL authentication error: Authentication failed during authentication due to invalid "
    "credentials with SASL mechanism SCRAM-SHA-512",
    "AUTH_REQ"};
const Reported kUntrusted{RD_KAFKA_RESP_ERR__SSL,
                          "SSL handshake failed: error:0A000086:SSL "
                          "routines::certificate verify failed: broker certificate could not be "
                          "verified, verify that ssl.ca.location is correctly configured",
                          "SSL_HANDSHAKE"};
const Reported kTlsToPlain{RD_KAFKA_RESP_ERR__SSL,
                           "SSL handshake failed: error:0A000126:SSL routines::unexpected eof "
                           "while reading",
                           "SSL_HANDSHAKE"};
const Reported kPlainToTls{
    RD_KAFKA_RESP_ERR__TRANSPORT,
    "Disconnected while requesting ApiVersion: might be caused by incorrect security.protocol "
    "configuration (connecting to a SSL listener?) or broker version is < 0.10",
    "APIVERSION_QUERY"};
const Reported kNoLogin{RD_KAFKA_RESP_ERR__TRANSPORT,
                        "Disconnected: verify that security.protocol is correctly configured, "
                        "broker might require SASL authentication",
                        "UP"};

TEST(AccessFaults, AWrongPasswordNamesItsKeys) {
  const AccessFault fault = FaultOf(kWrongPassword, Login("PLAIN"));
  EXPECT_EQ(fault.access, KafkaAccess::kCredentialsRefused);
  EXPECT_THAT(fault.sentence, AllOf(HasSubstr("Kafka:Sasl:Password"), Not(HasSubstr("SCRAM"))));
  EXPECT_EQ(fault.broker, "sasl_ssl://127.0.0.1:9093/1");
  EXPECT_EQ(fault.broker_id, 1);
  EXPECT_EQ(fault.reason, kWrongPassword.text);
}

TEST(AccessFaults, ScramThatCannotWorkWithKafka4IsNamed) {
  AccessAttempt attempt = Login("SCRAM-SHA-512");
  EXPECT_THAT(FaultOf(kWrongScram, attempt).sentence, Not(HasSubstr("2.6.1")));
  attempt.scram_fails_with_kafka_4 = true;
  const AccessFault fault = FaultOf(kWrongScram, attempt);
  EXPECT_EQ(fault.access, KafkaAccess::kCredentialsRefused);
  EXPECT_THAT(fault.sentence, HasSubstr("With Kafka 4 or later SCRAM always fails"));
}

TEST(AccessFaults, AMechanismThatIsNotOfferedIsNamedWithThoseThatAre) {
  const AccessFault fault = FaultOf(
      {RD_KAFKA_RESP_ERR__AUTHENTICATION,
       "SASL PLAIN mechanism handshake failed: Broker: Unsupported SASL mechanism: broker's "
       "supported mechanisms: SCRAM-SHA-512",
       "AUTH_HANDSHAKE"},
      Login("PLAIN"));
  EXPECT_EQ(fault.access, KafkaAccess::kMechanismRefused);
  EXPECT_THAT(fault.sentence, HasSubstr("PLAIN, but SCRAM-SHA-512. Set Kafka:Sasl:Mechanism"));
}

TEST(AccessFaults, ALoginAtAListenerWithoutLoginsIsAnotherProtocol) {
  const AccessFault fault =
      FaultOf({RD_KAFKA_RESP_ERR__AUTHENTICATION,
               "SASL PLAIN mechanism handshake failed: Broker: Request not valid in current SASL "
               "state: broker's supported mechanisms: ",
               "AUTH_HANDSHAKE"},
              Login("PLAIN"));
  EXPECT_EQ(fault.access, KafkaAccess::kProtocolMismatch);
  EXPECT_THAT(fault.sentence, HasSubstr("does not speak sasl_ssl (it has no logins)"));
}

TEST(AccessFaults, OpensslsErrorSaysWhyACertificateIsNotTrusted) {
  const auto sentence = [](int x509_error) {
    const AccessFault fault = FaultOf(kUntrusted, Login("PLAIN"), {x509_error, true});
    EXPECT_EQ(fault.access, KafkaAccess::kTrustFailed) << x509_error;
    return fault.sentence;
  };
  EXPECT_THAT(sentence(20), HasSubstr("Set Kafka:Tls:CaFile"));
  EXPECT_THAT(sentence(62), HasSubstr("for another name"));
  EXPECT_THAT(sentence(64), HasSubstr("for another name"));
  EXPECT_THAT(sentence(10), HasSubstr("has expired by the gateway's clock"));
  EXPECT_THAT(sentence(9), HasSubstr("is not valid yet by the gateway's clock"));
  EXPECT_THAT(sentence(0), HasSubstr("could not be verified"));
}

TEST(AccessFaults, AnAlertAboutTheCertificateIsTheClients) {
  const Reported missing{RD_KAFKA_RESP_ERR__TRANSPORT,
                         "Receive failed: error:0A000412:SSL routines::sslv3 alert bad "
                         "certificate: SSL alert number 42",
                         "APIVERSION_QUERY"};
  const Reported unknown{RD_KAFKA_RESP_ERR__TRANSPORT,
                         "Receive failed: error:0A000416:SSL routines::sslv3 alert certificate "
                         "unknown: SSL alert number 46",
                         "APIVERSION_QUERY"};
  AccessAttempt attempt;
  attempt.protocol = "ssl";
  EXPECT_EQ(FaultOf(missing, attempt).access, KafkaAccess::kClientCertificateRefused);
  EXPECT_THAT(FaultOf(missing, attempt).sentence, HasSubstr("require a client certificate"));
  attempt.has_certificate = true;
  EXPECT_EQ(FaultOf(unknown, attempt, {0, true}).access, KafkaAccess::kClientCertificateRefused);
  EXPECT_THAT(FaultOf(unknown, attempt).sentence, HasSubstr("reject the gateway's client"));
}

TEST(AccessFaults, AnotherProtocolIsSuspectedOnlyBeforeABrokerHasBeenUp) {
  for (const Reported& reported : {kTlsToPlain, kPlainToTls, kNoLogin}) {
    EXPECT_EQ(FaultOf(reported, Login("PLAIN"), {0, false}).access, KafkaAccess::kProtocolMismatch)
        << reported.text;
    EXPECT_EQ(FaultOf(reported, Login("PLAIN"), {0, true}).access, KafkaAccess::kOk)
        << "a broker that is stopping: " << reported.text;
  }
}

TEST(AccessFaults, ATokenThatCannotBeHadSaysWhy) {
  const AccessFault fault =
      AccessFaultOf(RD_KAFKA_RESP_ERR__AUTHENTICATION,
                    "Failed to acquire SASL OAUTHBEARER token: the token endpoint answers 401.",
                    Login("OAUTHBEARER"), {})
          .value_or(AccessFault());
  EXPECT_EQ(fault.access, KafkaAccess::kTokenUnavailable);
  EXPECT_THAT(fault.sentence, HasSubstr("log in to Kafka with: the token endpoint answers 401."));
  EXPECT_EQ(fault.broker, "");
}

TEST(AccessFaults, ATokenThatIsRefusedIsCredentials) {
  const AccessFault fault =
      FaultOf({RD_KAFKA_RESP_ERR__AUTHENTICATION,
               "SASL authentication error: {\"status\":\"invalid_token\"}", "AUTH_REQ"},
              Login("OAUTHBEARER"));
  EXPECT_EQ(fault.access, KafkaAccess::kCredentialsRefused);
  EXPECT_THAT(fault.sentence, HasSubstr("token"));
}

TEST(AccessFaults, AConnectionThatBreaksDuringTheLoginRefusesNothing) {
  for (const char* const text :
       {"SASL PLAIN mechanism handshake failed: Local: Broker transport failure: broker's "
        "supported mechanisms: ",
        "SaslAuthenticateRequest failed: Local: Timed out"}) {
    EXPECT_EQ(FaultOf({RD_KAFKA_RESP_ERR__AUTHENTICATION, text, "AUTH_REQ"}, Login("PLAIN")).access,
              KafkaAccess::kOk)
        << text;
  }
}

TEST(AccessFaults, ABrokerThatIsDownRefusesNothing) {
  const std::string text =
      "sasl_ssl://127.0.0.1:9093/1: Connect to ipv4#127.0.0.1:9093 failed: Connection refused "
      "(after 0ms in state CONNECT)";
  EXPECT_FALSE(AccessFaultOf(RD_KAFKA_RESP_ERR__TRANSPORT, text, Login("PLAIN"), {}));
  EXPECT_FALSE(AccessFaultOf(RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN, "1/1 brokers are down",
                             Login("PLAIN"), {}));
}

TEST(AccessFaults, TheAttemptIsReadFromKeysAndFromWhatIsPassedThrough) {
  Settings::Kafka kafka;
  EXPECT_EQ(AccessAttemptOf(kafka, 0).protocol, "plaintext");
  kafka.librdkafka = {{"security.protocol", "sasl_ssl"},
                      {"sasl.mechanisms", "PLAIN"},
                      {"ssl.keystore.location", "/keystore.p12"}};
  const AccessAttempt attempt = AccessAttemptOf(kafka, kScramWithKafka4);
  EXPECT_EQ(attempt.protocol, "sasl_ssl");
  EXPECT_EQ(attempt.mechanism, "PLAIN");
  EXPECT_TRUE(attempt.has_certificate);
  EXPECT_FALSE(attempt.scram_fails_with_kafka_4);
  EXPECT_TRUE(AccessAttemptOf(kafka, 0x020002ff).scram_fails_with_kafka_4);
}

}  // namespace
}  // namespace gateway
