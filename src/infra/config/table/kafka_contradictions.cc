// The contradictions between keys of Kafka:Security, Kafka:Tls and Kafka:Sasl.
#include <array>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "infra/config/table/contradictions.h"

namespace gateway::config {
namespace {

constexpr std::string_view kProtocol = "Kafka:Security:Protocol";
constexpr std::string_view kCertificate = "Kafka:Tls:CertificateFile";
constexpr std::string_view kKey = "Kafka:Tls:KeyFile";
constexpr std::string_view kMechanism = "Kafka:Sasl:Mechanism";
constexpr std::string_view kUsername = "Kafka:Sasl:Username";
constexpr std::string_view kPassword = "Kafka:Sasl:Password";

struct KeyInUse {
  std::string_view key;
  bool in_use;
};

std::array<KeyInUse, 5> TlsKeys(const Settings::Kafka::Tls& tls) {
  return {{{"Kafka:Tls:CaFile", !tls.ca_file.empty()},
           {kCertificate, !tls.certificate_file.empty()},
           {kKey, !tls.key_file.empty()},
           {"Kafka:Tls:KeyPassword", !tls.key_password.empty()},
           {"Kafka:Tls:VerifyHostname", !tls.verify_hostname}}};
}

std::array<KeyInUse, 3> SaslKeys(const Settings::Kafka::Sasl& sasl) {
  return {{{kMechanism, sasl.mechanism.has_value()},
           {kUsername, !sasl.username.empty()},
           {kPassword, !sasl.password.empty()}}};
}

// The first three are needed, whatever else is.
std::array<KeyInUse, 6> OAuthKeys(const Settings::Kafka::OAuth& oauth) {
  return {{{"Kafka:OAuth:TokenEndpoint", !oauth.token_endpoint.empty()},
           {"Kafka:OAuth:ClientId", !oauth.client_id.empty()},
           {"Kafka:OAuth:ClientSecret", !oauth.client_secret.empty()},
           {"Kafka:OAuth:Scope", !oauth.scope.empty()},
           {"Kafka:OAuth:CaFile", !oauth.ca_file.empty()},
           {"Kafka:OAuth:AllowHttp", oauth.allow_http}}};
}

template <typename Keys>
void FindWithoutProtocol(const Keys& keys, const Settings::Kafka& kafka, std::string_view protocols,
                         std::vector<Contradiction>* found) {
  for (const KeyInUse& one : keys) {
    if (!one.in_use) continue;
    const std::string what = kafka.security.protocol
                                 ? "has no effect with this Kafka:Security:Protocol"
                                 : "has no effect without Kafka:Security:Protocol";
    found->push_back({one.key, kProtocol, what,
                      std::string(kProtocol) + " " + std::string(protocols) + ", or no " +
                          std::string(one.key)});
  }
}

void FindInPair(const KeyInUse& one, const KeyInUse& other, std::vector<Contradiction>* found) {
  const auto lacks = [found](std::string_view key, std::string_view missing) {
    found->push_back(
        {key, missing, "is set without " + std::string(missing),
         "both " + std::string(key) + " and " + std::string(missing) + ", or neither"});
  };
  if (one.in_use && !other.in_use) lacks(one.key, other.key);
  if (other.in_use && !one.in_use) lacks(other.key, one.key);
}

void FindInTls(const Settings::Kafka::Tls& tls, std::vector<Contradiction>* found) {
  FindInPair({kCertificate, !tls.certificate_file.empty()}, {kKey, !tls.key_file.empty()}, found);
  if (!tls.key_password.empty() && tls.key_file.empty()) {
    found->push_back({"Kafka:Tls:KeyPassword", kKey, "is set without Kafka:Tls:KeyFile",
                      "the key file that it belongs to, or no Kafka:Tls:KeyPassword"});
  }
}

// `needs` are the keys that the mechanism needs, and is of no use to others.
void FindMissing(std::string_view name, std::initializer_list<KeyInUse> needs,
                 std::vector<Contradiction>* found) {
  for (const KeyInUse& one : needs) {
    if (one.in_use) continue;
    found->push_back({kMechanism, one.key, "needs " + std::string(one.key) + ", which is not set",
                      "all keys that " + std::string(name) + " needs"});
  }
}

void FindUseless(std::string_view why, std::initializer_list<KeyInUse> keys,
                 std::vector<Contradiction>* found) {
  for (const KeyInUse& one : keys) {
    if (!one.in_use) continue;
    found->push_back({one.key, kMechanism, "has no effect " + std::string(why),
                      "another Kafka:Sasl:Mechanism, or no " + std::string(one.key)});
  }
}

void FindInSasl(const Settings::Kafka& kafka, std::vector<Contradiction>* found) {
  const Settings::Kafka::Sasl& sasl = kafka.sasl;
  if (!sasl.mechanism) {
    found->push_back({kProtocol, kMechanism, "logs in, but Kafka:Sasl:Mechanism is not set",
                      "Kafka:Sasl:Mechanism PLAIN, SCRAM-SHA-256, SCRAM-SHA-512 or OAUTHBEARER, or "
                      "Kafka:Security:Protocol ssl or plaintext"});
    return;
  }
  const auto [mechanism, username, password] = SaslKeys(sasl);
  const auto [endpoint, client, secret, scope, ca, http] = OAuthKeys(kafka.oauth);
  if (sasl.mechanism == SaslMechanism::kOauthbearer) {
    FindMissing("OAUTHBEARER", {endpoint, client, secret}, found);
    FindUseless("with OAUTHBEARER", {username, password}, found);
  } else {
    FindMissing("this mechanism", {username, password}, found);
    FindUseless("without OAUTHBEARER", {endpoint, client, secret, scope, ca, http}, found);
  }
}

}  // namespace

void FindInKafkaSecurity(const Settings::Kafka& kafka, std::vector<Contradiction>* found) {
  using enum KafkaProtocol;
  const KafkaProtocol protocol = kafka.security.protocol.value_or(kPlaintext);
  if (kafka.bootstrap_servers == "embedded" && protocol != kPlaintext) {
    found->push_back({kProtocol, "Kafka:BootstrapServers",
                      "contradicts Kafka:BootstrapServers=embedded, which speaks only plaintext",
                      "the brokers' addresses, or no Kafka:Security:Protocol"});
  }
  if (protocol == kSsl || protocol == kSaslSsl) {
    FindInTls(kafka.tls, found);
  } else {
    FindWithoutProtocol(TlsKeys(kafka.tls), kafka, "ssl or sasl_ssl", found);
  }
  if (protocol == kSaslSsl || protocol == kSaslPlaintext) {
    FindInSasl(kafka, found);
  } else {
    FindWithoutProtocol(SaslKeys(kafka.sasl), kafka, "sasl_ssl or sasl_plaintext", found);
    FindWithoutProtocol(OAuthKeys(kafka.oauth), kafka, "sasl_ssl or sasl_plaintext", found);
  }
}

}  // namespace gateway::config
