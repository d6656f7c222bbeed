// Recognizes secrets, and reads them from files. Pure except for reading the file; any thread.
#ifndef GATEWAY_INFRA_CONFIG_SOURCES_SECRETS_H_
#define GATEWAY_INFRA_CONFIG_SOURCES_SECRETS_H_

#include <string>
#include <string_view>

namespace gateway {

// Shown instead of a secret.
inline constexpr std::string_view kRedacted = "***";

// True if the name of a librdkafka property indicates a secret: it contains password, secret,
// token, .key, jaas or oauthbearer.config, or ends with .pem, ignoring case. librdkafka itself
// marks fewer: it misses sasl.oauthbearer.client.secret.
bool IsSecretName(std::string_view name);

namespace config {

// Resolves the value of a secret: "file:/path" is the text of that file without its final line
// break (at most 64 KiB, not empty, no zero byte); any other value is the secret itself. If the
// file cannot be used, `*fault` is set to a phrase without the secret, else it is unchanged.
std::string ResolveSecret(const std::string& value, std::string* fault);

}  // namespace config
}  // namespace gateway

#endif  // GATEWAY_INFRA_CONFIG_SOURCES_SECRETS_H_
