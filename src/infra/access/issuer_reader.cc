#include "infra/access/issuer_reader.h"

#include <algorithm>
#include <string_view>

#include "infra/config/sources/read_file.h"
#include "infra/http_client/http_client.h"
#include "infra/tokens/jwk_set.h"

namespace gateway {
namespace {

constexpr std::size_t kMaxTextBytes = 1'024;
constexpr std::string_view kFileRule = "the name of a file with a JWK set";
constexpr std::string_view kUrlRule = "an https:// URL of a JWK set (http:// with AllowHttp)";

bool IsShortText(std::string_view text) {
  return !text.empty() && text.size() <= kMaxTextBytes &&
         std::none_of(text.begin(), text.end(), [](char c) { return c == '\n' || c == '\r'; });
}

SignatureAlgorithms ReadAlgorithms(const NodeReader& reader) {
  SignatureAlgorithms algorithms{};
  const auto names = reader.Texts(
      "Algorithms", [](std::string_view name) { return SignatureAlgorithmOf(name).has_value(); },
      kSignatureAlgorithmNames);
  for (const std::string& name : names) algorithms.Add(*SignatureAlgorithmOf(name));
  return algorithms.empty() ? kDefaultSignatureAlgorithms : algorithms;
}

}  // namespace

void IssuerReader::Read(const config::JsonNode& node, const std::string& path,
                        std::vector<IssuerEntry>* issuers) {
  const NodeReader reader(node, path,
                          {"Issuer", "Audience", "JwksUri", "JwksFile", "Algorithms",
                           "PrincipalClaim", "GroupsClaim", "CaFile", "AllowHttp"},
                          report_);
  IssuerEntry& issuer = issuers->emplace_back();
  issuer.name = reader.RequiredText("Issuer", IsShortText, "the \"iss\" of its tokens");
  const auto [first, is_new] = lines_of_names_.emplace(issuer.name, node.line);
  if (!is_new && !issuer.name.empty()) {
    reader.Reject("Issuer", "is also in line " + std::to_string(first->second),
                  "one entry per issuer");
  }
  issuer.audience =
      reader.RequiredText("Audience", IsShortText, "what the \"aud\" of its tokens must contain");
  issuer.algorithms = ReadAlgorithms(reader);
  for (const auto& [name, claim] : {std::pair("PrincipalClaim", &issuer.principal_claim),
                                    std::pair("GroupsClaim", &issuer.groups_claim)}) {
    std::string text = reader.Text(name, IsShortText, "the name of a claim");
    if (!text.empty()) *claim = std::move(text);
  }
  const std::string url = reader.Text("JwksUri", IsShortText, kUrlRule);
  const std::string file = reader.Text("JwksFile", IsShortText, kFileRule);
  if (url.empty() == file.empty()) {
    reader.Reject("JwksUri", "exactly one of JwksUri and JwksFile must be set", kUrlRule);
  } else if (file.empty()) {
    ReadSource(reader, url, &issuer);
  } else {
    ReadKeyFile(reader, file, &issuer);
  }
}

void IssuerReader::ReadKeyFile(const NodeReader& reader, const std::string& name,
                               IssuerEntry* issuer) const {
  issuer->keys_file = directory_ / name;
  const config::FileText content = config::ReadFile(issuer->keys_file, kMaxJwkSetBytes);
  if (!content.fault.empty()) return reader.Reject("JwksFile", content.fault, kFileRule);
  auto keys = ParseJwkSet(content.text);
  if (!keys.ok()) return reader.Reject("JwksFile", keys.error(), kFileRule);
  issuer->keys = std::move(keys).value();
}

void IssuerReader::ReadSource(const NodeReader& reader, const std::string& url,
                              IssuerEntry* issuer) const {
  const bool allow_http = reader.Flag("AllowHttp");
  const std::string why = WhyNotUrl(url, allow_http);
  if (!why.empty()) reader.Reject("JwksUri", why, kUrlRule);
  const std::string ca_file = reader.Text("CaFile", IsShortText, "the name of a PEM file");
  issuer->source = {url, ca_file.empty() ? ca_file : (directory_ / ca_file).string(), allow_http};
}

}  // namespace gateway
