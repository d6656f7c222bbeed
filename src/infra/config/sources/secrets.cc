#include "infra/config/sources/secrets.h"

#include <array>

#include "infra/config/sources/read_file.h"
#include "infra/config/text.h"

namespace gateway {

bool IsSecretName(std::string_view name) {
  constexpr std::array<std::string_view, 6> kTellTale = {
      "password", "secret", "token", ".key", "jaas", "oauthbearer.config"};
  constexpr std::string_view kPem = ".pem";
  const std::string lower = config::ToLower(name);
  for (const std::string_view part : kTellTale) {
    if (lower.find(part) != std::string::npos) return true;
  }
  return lower.size() >= kPem.size() &&
         lower.compare(lower.size() - kPem.size(), kPem.size(), kPem) == 0;
}

namespace config {

std::string ResolveSecret(const std::string& value, std::string* fault) {
  constexpr std::string_view kPrefix = "file:";
  constexpr std::size_t kMaxBytes = 65'536;
  if (value.compare(0, kPrefix.size(), kPrefix) != 0) return value;
  const std::string path = value.substr(kPrefix.size());
  FileText file = ReadFile(path, kMaxBytes);
  std::string& text = file.text;
  if (!text.empty() && text.back() == '\n') text.pop_back();
  if (!text.empty() && text.back() == '\r') text.pop_back();
  if (file.fault.empty() && text.empty()) file.fault = "is empty";
  if (file.fault.empty() && text.find('\0') != std::string::npos)
    file.fault = "contains a zero byte";
  if (file.fault.empty()) return text;
  *fault = "the file " + path + " " + file.fault;
  return "";
}

}  // namespace config
}  // namespace gateway
