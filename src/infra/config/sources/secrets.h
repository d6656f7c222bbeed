// What is a secret, and how a secret is read from a file. Pure but for the file; any thread.
#ifndef GATEWAY_INFRA_CONFIG_SOURCES_SECRETS_H_
#define GATEWAY_INFRA_CONFIG_SOURCES_SECRETS_H_

#include <string>
#include <string_view>

namespace gateway {

// Shown in the place of a secret.
inline constexpr std::string_view kRedacted = "***";

// True if the name of a librdkafka property tells of a secret: it holds password, secret, token,
// .key, jaas or oauthbearer.config, or ends with .pem; in either case of letters. librdkafka's own
// marks are fewer: they miss sasl.oauthbearer.client.secret.
bool IsSecretName(std::string_view name);

namespace config {

// What a value given for a secret stands for: "file:/path" is the text of that file without the
// line break at its end (at most 64 KiB, not empty, no zero byte), anything else is itself.
// `*fault` is set to a sentence part without the secret if the file does not serve, else untouched.
std::string ResolveSecret(const std::string& value, std::string* fault);

}  // namespace config
}  // namespace gateway

#endif  // GATEWAY_INFRA_CONFIG_SOURCES_SECRETS_H_
