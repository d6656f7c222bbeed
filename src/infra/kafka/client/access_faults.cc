#include "infra/kafka/client/access_faults.h"

#include <algorithm>
#include <array>
#include <utility>

#include "infra/kafka/client/client_config.h"
#include "infra/kafka/client/conf_value.h"
#include "infra/kafka/client/error_codes.h"

namespace gateway {
namespace {

using Found = std::optional<std::pair<KafkaAccess, std::string>>;

bool Has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

template <std::size_t kSize>
bool HasAny(std::string_view text, const std::array<std::string_view, kSize>& parts) {
  return std::any_of(parts.begin(), parts.end(),
                     [text](std::string_view part) { return Has(text, part); });
}

// librdkafka's own errors: the connection broke during the login. No broker refused it.
bool BrokeOff(std::string_view text) { return Has(text, "Local: ") || Has(text, "Disconnected"); }

// Alerts of TLS (RFC 8446 section 6.2) about the certificate of the side that receives them.
bool IsAlertAboutCertificate(std::string_view text) {
  constexpr std::array<std::string_view, 8> kAlerts = {
      "alert bad certificate",     "alert unsupported certificate", "alert certificate revoked",
      "alert certificate expired", "alert certificate unknown",     "alert unknown ca",
      "alert access denied",       "certificate required"};
  return HasAny(text, kAlerts);
}

Found ClientCertificateRefused(const AccessAttempt& attempt) {
  return {{KafkaAccess::kClientCertificateRefused,
           attempt.has_certificate
               ? "The Kafka brokers reject the gateway's client certificate. Set "
                 "Kafka:Tls:CertificateFile to one that is valid now, by the brokers' clocks, and "
                 "that an authority trusted by the brokers has issued."
               : "The Kafka brokers require a client certificate. Set Kafka:Tls:CertificateFile "
                 "and Kafka:Tls:KeyFile."}};
}

// `x509_error` is OpenSSL's X509_V_ERR_...
Found TrustFailed(int x509_error) {
  constexpr std::string_view kBroker = "The certificate of a Kafka broker ";
  std::string_view rest;
  switch (x509_error) {
    case 9:
      rest =
          "is not valid yet by the gateway's clock. Correct the clock, or issue the certificate "
          "with an earlier date.";
      break;
    case 10:
      rest = "has expired by the gateway's clock. Renew it, or correct the clock.";
      break;
    case 18:  // self-signed
    case 19:  // an authority in the chain
    case 20:  // no issuer found
    case 21:
      rest =
          "was not issued by an authority that the gateway trusts. Set Kafka:Tls:CaFile to the "
          "file of the authority that issued it.";
      break;
    case 23:
      rest = "was revoked. Renew it.";
      break;
    case 62:  // host name
    case 64:  // IP address
      rest =
          "is for another name than the gateway connects to. Use a name that it contains "
          "(Kafka:BootstrapServers, the brokers' advertised.listeners), or issue it for this "
          "one.";
      break;
    default:
      rest =
          "could not be verified. Check Kafka:Tls:CaFile, and the certificate's names and dates.";
  }
  return {{KafkaAccess::kTrustFailed, std::string(kBroker) + std::string(rest)}};
}

Found ProtocolMismatch(const AccessAttempt& attempt, std::string_view what) {
  return {{KafkaAccess::kProtocolMismatch,
           "The Kafka brokers' listener does not speak " + attempt.protocol + " (" +
               std::string(what) +
               "). Set Kafka:Security:Protocol to the protocol of the listener, or "
               "Kafka:BootstrapServers to another one."}};
}

Found CredentialsRefused(const AccessAttempt& attempt) {
  if (attempt.mechanism == "OAUTHBEARER") {
    return {{KafkaAccess::kCredentialsRefused,
             "The Kafka brokers reject the gateway's token; their log has the reason. Check which "
             "issuer, audience and keys they expect, the clocks of issuer and brokers, and "
             "Kafka:OAuth."}};
  }
  std::string sentence =
      "The Kafka brokers reject the gateway's user name or password. Correct Kafka:Sasl:Username "
      "and Kafka:Sasl:Password.";
  if (attempt.mechanism.starts_with("SCRAM") && attempt.scram_fails_with_kafka_4) {
    sentence +=
        " With Kafka 4 or later SCRAM always fails with this librdkafka: then use PLAIN over TLS, "
        "a "
        "client certificate, or librdkafka 2.6.1.";
  }
  return {{KafkaAccess::kCredentialsRefused, std::move(sentence)}};
}

Found MechanismRefused(std::string_view text, const AccessAttempt& attempt) {
  constexpr std::string_view kOffered = "supported mechanisms: ";
  std::string sentence = "The Kafka brokers do not offer the SASL mechanism " + attempt.mechanism;
  const std::size_t at = text.find(kOffered);
  if (at != std::string_view::npos) {
    sentence += ", but " + std::string(text.substr(at + kOffered.size()));
  }
  return {{KafkaAccess::kMechanismRefused, sentence + ". Set Kafka:Sasl:Mechanism accordingly."}};
}

Found OfAuthentication(std::string_view text, const AccessAttempt& attempt) {
  constexpr std::string_view kNoToken = "Failed to acquire SASL OAUTHBEARER token: ";
  if (const std::size_t at = text.find(kNoToken); at != std::string_view::npos) {
    return {{KafkaAccess::kTokenUnavailable, "The gateway gets no token to log in to Kafka with: " +
                                                 std::string(text.substr(at + kNoToken.size()))}};
  }
  if (BrokeOff(text)) return std::nullopt;
  if (Has(text, "Unsupported SASL mechanism")) return MechanismRefused(text, attempt);
  if (Has(text, "SASL state")) return ProtocolMismatch(attempt, "it has no logins");
  return CredentialsRefused(attempt);
}

Found OfTls(std::string_view text, const AccessAttempt& attempt, const AccessEvidence& evidence) {
  if (IsAlertAboutCertificate(text)) return ClientCertificateRefused(attempt);
  if (Has(text, "certificate verify failed")) return TrustFailed(evidence.x509_error);
  constexpr std::array<std::string_view, 4> kEnded = {"unexpected eof", "Disconnected",
                                                      "Connection reset", "Broken pipe"};
  if (evidence.was_up && HasAny(text, kEnded)) return std::nullopt;
  return ProtocolMismatch(attempt, "it has no TLS, or none that the gateway supports");
}

Found OfTransport(std::string_view text, const AccessAttempt& attempt,
                  const AccessEvidence& evidence) {
  if (IsAlertAboutCertificate(text)) return ClientCertificateRefused(attempt);
  if (evidence.was_up) return std::nullopt;
  if (Has(text, "might require SASL authentication")) {
    return ProtocolMismatch(attempt, "it requires a login");
  }
  if (Has(text, "incorrect security.protocol configuration")) {
    return ProtocolMismatch(attempt, "it requires TLS or a login");
  }
  return std::nullopt;
}

Found Recognize(rd_kafka_resp_err_t code, std::string_view text, const AccessAttempt& attempt,
                const AccessEvidence& evidence) {
  switch (code) {
    case RD_KAFKA_RESP_ERR__AUTHENTICATION:
    case RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED:
      return OfAuthentication(text, attempt);
    case RD_KAFKA_RESP_ERR__SSL:
      return OfTls(text, attempt, evidence);
    case RD_KAFKA_RESP_ERR__TRANSPORT:
      return OfTransport(text, attempt, evidence);
    default:
      return std::nullopt;
  }
}

}  // namespace

AccessAttempt AccessAttemptOf(const Settings::Kafka& kafka, int librdkafka_version) {
  const Result<RdConf, std::string> conf = MakeKafkaConf({kafka, 0}, KafkaClientKind::kTrial);
  if (!conf.ok()) return {};
  const rd_kafka_conf_t* const of = conf.value().get();
  AccessAttempt attempt;
  attempt.protocol = ConfValue(of, "security.protocol");
  attempt.mechanism = ConfValue(of, "sasl.mechanisms");
  attempt.has_certificate = !kafka.tls.certificate_file.empty() ||
                            !ConfValue(of, "ssl.certificate.location").empty() ||
                            !ConfValue(of, "ssl.keystore.location").empty();
  attempt.scram_fails_with_kafka_4 = librdkafka_version < kScramWithKafka4;
  return attempt;
}

std::optional<AccessFault> AccessFaultOf(rd_kafka_resp_err_t code, std::string_view text,
                                         const AccessAttempt& attempt,
                                         const AccessEvidence& evidence) {
  // "sasl_ssl://host:9093/1: what happened (after 3ms in state CONNECT)", or without a broker.
  const std::string_view name = text.substr(0, text.find(": "));
  const bool named = name.size() != text.size() && !Has(name, " ");
  const std::string_view broker = named ? name : std::string_view();
  std::string_view reason = named ? text.substr(name.size() + 2) : text;
  reason = reason.substr(0, reason.rfind(" (after "));
  Found found = Recognize(code, reason, attempt, evidence);
  if (!found) return std::nullopt;
  return AccessFault{found->first, std::move(found->second), std::string(broker), BrokerOf(text),
                     std::string(reason)};
}

AccessFault ClusterDenied(std::string_view text) {
  return {
      KafkaAccess::kClusterDenied,
      "Kafka's access control does not let the gateway's principal write to any topic. Grant it "
      "WRITE on the topics that it is to write to.",
      "", std::nullopt, std::string(text)};
}

}  // namespace gateway
