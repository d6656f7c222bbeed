#include "infra/access/access_file.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <utility>

#include "infra/access/node_reader.h"
#include "infra/config/sources/json_tree.h"
#include "infra/config/table/properties.h"
#include "infra/crypto/password_hash.h"
#include "infra/tokens/json_token_parser.h"
#include "service/auth/api_keys.h"
#include "service/auth/passwords/password_users.h"
#include "service/auth/principal.h"
#include "service/auth/tokens/token_verifier.h"
#include "service/types/rfc3339.h"

namespace gateway {
namespace {

using config::JsonNode;

std::optional<unsigned> HexDigit(char c) {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a') + 10;
  if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A') + 10;
  return std::nullopt;
}

std::optional<Sha256Digest> ParseDigest(std::string_view text) {
  Sha256Digest digest;
  if (text.size() != 2 * digest.size()) return std::nullopt;
  for (std::size_t i = 0; i < digest.size(); ++i) {
    const auto high = HexDigit(text[2 * i]);
    const auto low = HexDigit(text[2 * i + 1]);
    if (!high || !low) return std::nullopt;
    digest[i] = static_cast<std::uint8_t>(*high << 4U | *low);
  }
  return digest;
}

bool IsPrincipalGlob(std::string_view glob) {
  constexpr std::string_view kGroup = "group:";
  if (glob == kAnonymousName) return true;
  if (glob.starts_with(kGroup)) glob.remove_prefix(kGroup.size());
  return IsLegalPrincipalName(glob);
}

bool IsTopicGlob(std::string_view glob) {
  return config::Obeys(config::TextRule::kTopicGlob, glob);
}

std::optional<CertificateField> FieldOf(std::string_view name) {
  if (name == "SanUri") return CertificateField::kSanUri;
  if (name == "SanDns") return CertificateField::kSanDns;
  if (name == "Subject") return CertificateField::kSubject;
  if (name == "CommonName") return CertificateField::kCommonName;
  return std::nullopt;
}

class AccessFileReader final {
 public:
  AccessFileReader(const std::filesystem::path& directory, NodeReader::Report* report)
      : issuers_(directory, report), report_(report) {}

  AccessFile Read(const JsonNode& root) {
    AccessFile file;
    const NodeReader top(root, "",
                         {"$schema", "ApiKeys", "Users", "Issuers", "ClientCertificates", "Grants",
                          "Denials", "Rates"},
                         report_);
    top.ForEach("ApiKeys", [&](const JsonNode& node, const std::string& path) {
      ReadApiKey(node, path, &file.api_keys);
    });
    top.ForEach("Users", [&](const JsonNode& node, const std::string& path) {
      ReadUser(node, path, &file.users);
    });
    top.ForEach("Issuers", [&](const JsonNode& node, const std::string& path) {
      issuers_.Read(node, path, &file.issuers);
    });
    top.ForEach("ClientCertificates", [&](const JsonNode& node, const std::string& path) {
      ReadCertificateRule(node, path, &file.client_certificates);
    });
    top.ForEach("Grants", [&](const JsonNode& node, const std::string& path) {
      ReadRule(node, path, &file.grants);
    });
    top.ForEach("Denials", [&](const JsonNode& node, const std::string& path) {
      ReadRule(node, path, &file.denials);
    });
    top.ForEach("Rates", [&](const JsonNode& node, const std::string& path) {
      ReadRate(node, path, &file.rates);
    });
    return file;
  }

 private:
  void ReadApiKey(const JsonNode& node, const std::string& path, std::vector<ApiKeyEntry>* keys) {
    const NodeReader reader(
        node, path, {"Id", "Sha256", "Principal", "Groups", "NotBefore", "Expires", "Disabled"},
        report_);
    ApiKeyEntry& key = keys->emplace_back();
    // No message quotes the id or the digest: an operator may have pasted the key itself.
    key.id = reader.RequiredText("Id", IsLegalApiKeyId, kApiKeyIdRule);
    const auto [first, is_new] = lines_of_ids_.emplace(key.id, node.line);
    if (!is_new && !key.id.empty()) {
      reader.Reject("Id", "another key has this id, in line " + std::to_string(first->second),
                    "one entry per id; the second key of a principal has an id of its own");
    }
    const std::string digest = reader.RequiredText(
        "Sha256", [](std::string_view text) { return ParseDigest(text).has_value(); },
        "64 hexadecimal digits: the SHA-256 of the whole key, as access new-key prints it");
    key.digest = ParseDigest(digest).value_or(Sha256Digest{});
    key.principal = reader.RequiredText("Principal", IsLegalPrincipalName, kPrincipalNameRule);
    key.groups = reader.Texts("Groups", IsLegalPrincipalName, kPrincipalNameRule);
    key.not_before = ReadTime(reader, "NotBefore");
    key.expires = ReadTime(reader, "Expires");
    if (key.not_before && key.expires && *key.not_before >= *key.expires) {
      reader.Reject("Expires", "the key expires before it becomes valid", "a time after NotBefore");
    }
    key.disabled = reader.Flag("Disabled");
  }

  void ReadUser(const JsonNode& node, const std::string& path, std::vector<UserEntry>* users) {
    const NodeReader reader(node, path, {"Name", "Hash", "Principal", "Groups"}, report_);
    UserEntry& user = users->emplace_back();
    user.name = reader.RequiredText("Name", IsLegalUserName, kUserNameRule);
    const auto [first, is_new] = lines_of_users_.emplace(user.name, node.line);
    if (!is_new && !user.name.empty()) {
      reader.Reject("Name", "another user has this name, in line " + std::to_string(first->second),
                    "one entry per user");
    }
    user.hash = reader.RequiredText(
        "Hash", [](std::string_view) { return true; }, kPasswordHashRule);
    const std::string why = user.hash.empty() ? std::string() : WhyNotPasswordHash(user.hash);
    if (!why.empty()) reader.Reject("Hash", why, kPasswordHashRule);
    user.principal = reader.Text("Principal", IsLegalPrincipalName, kPrincipalNameRule);
    if (user.principal.empty()) user.principal = user.name;
    user.groups = reader.Texts("Groups", IsLegalPrincipalName, kPrincipalNameRule);
  }

  static std::optional<TimestampMs> ReadTime(const NodeReader& reader, std::string_view name) {
    const std::string text = reader.Text(
        name, [](std::string_view time) { return ParseRfc3339(time).has_value(); },
        "a time as in 2026-01-02T03:04:05Z, or null");
    return ParseRfc3339(text);
  }

  static std::vector<std::string> ReadPrincipals(const NodeReader& reader) {
    return reader.RequiredTexts(
        "Principals", IsPrincipalGlob,
        "globs of principal names, or group: and a glob of group names, such as svc-* or "
        "group:ops");
  }

  void ReadRule(const JsonNode& node, const std::string& path, std::vector<AccessRule>* rules) {
    const NodeReader reader(node, path, {"Principals", "Topics", "Operations"}, report_);
    AccessRule& rule = rules->emplace_back();
    rule.where = path + " (line " + std::to_string(node.line) + ")";
    rule.principals = ReadPrincipals(reader);
    rule.topics =
        reader.RequiredTexts("Topics", IsTopicGlob, config::InWords(config::TextRule::kTopicGlob));
    const auto operations = reader.RequiredTexts(
        "Operations", [](std::string_view name) { return name == "Write" || name == "Read"; },
        "Write, Read");
    const auto has = [&operations](std::string_view name) {
      return std::find(operations.begin(), operations.end(), name) != operations.end();
    };
    rule.write = has(NameOf(TopicOperation::kWrite));
    rule.read = has(NameOf(TopicOperation::kRead));
  }

  void ReadCertificateRule(const JsonNode& node, const std::string& path,
                           std::vector<CertificateRule>* rules) {
    const NodeReader reader(node, path, {"From", "Match", "Principal"}, report_);
    CertificateRule& rule = rules->emplace_back();
    const std::string from = reader.RequiredText(
        "From", [](std::string_view name) { return FieldOf(name).has_value(); },
        "SanUri, SanDns, Subject, CommonName");
    rule.from = FieldOf(from).value_or(rule.from);
    rule.match = reader.RequiredText(
        "Match", IsLegalCertificateMatch,
        "the name of a certificate, with at most 9 *, which stand for one part of it each");
    const auto is_principal = [&rule](std::string_view principal) {
      return rule.match.empty() || IsLegalCertificatePrincipal(principal, rule.match);
    };
    rule.principal = reader.RequiredText(
        "Principal", is_principal,
        "the name of a principal; $1 is what the first * of Match stands for, $0 the whole name");
  }

  void ReadRate(const JsonNode& node, const std::string& path, std::vector<RateRule>* rules) {
    static constexpr std::array<std::string_view, kRateUnits.size()> kKeys = {
        "RequestsPerSecond", "RecordsPerSecond", "BytesPerSecond"};  // by RateUnit
    const NodeReader reader(node, path,
                            {"Principals", kKeys[0], kKeys[1], kKeys[2], "BurstSeconds"}, report_);
    RateRule& rule = rules->emplace_back();
    rule.principals = ReadPrincipals(reader);
    bool limits_nothing = true;
    for (const RateUnit unit : kRateUnits) {
      const std::string_view key = kKeys[static_cast<std::size_t>(unit)];
      limits_nothing = limits_nothing && !reader.Has(key);
      rule.limits.per_second[static_cast<std::size_t>(unit)] =
          reader.Count(key, RateLimits::kMaxPerSecond).value_or(0);
    }
    if (limits_nothing && node.kind == JsonNode::Kind::kObject) {
      reader.Reject("", "limits nothing",
                    "at least one of RequestsPerSecond, RecordsPerSecond and BytesPerSecond");
    }
    rule.limits.burst_seconds =
        reader.Count("BurstSeconds", RateLimits::kMaxBurstSeconds).value_or(1);
  }

  IssuerReader issuers_;
  NodeReader::Report* report_;
  std::map<std::string, std::size_t> lines_of_ids_;
  std::map<std::string, std::size_t> lines_of_users_;
};

AccessFileResult FromTree(config::JsonTree tree, const std::string& where,
                          const std::filesystem::path& directory) {
  NodeReader::Report report{where, std::move(tree.problems)};
  AccessFile file;
  if (tree.root) file = AccessFileReader(directory, &report).Read(*tree.root);
  if (!report.problems.empty()) return std::move(report.problems);
  return file;
}

std::unique_ptr<const TokenVerifier> MakeVerifier(std::vector<IssuerEntry> entries,
                                                  KeyFetcher& fetcher) {
  static const JsonTokenParser kParser;
  if (entries.empty()) return nullptr;
  std::vector<TokenIssuer> issuers;
  for (IssuerEntry& entry : entries) {
    auto keys = entry.keys ? std::make_shared<IssuerKeys>(std::move(entry.keys))
                           : fetcher.Follow(entry.source);
    issuers.push_back({std::move(entry.name), std::move(entry.audience), entry.algorithms,
                       std::move(entry.principal_claim), std::move(entry.groups_claim),
                       std::move(keys)});
  }
  return std::make_unique<const TokenVerifier>(std::move(issuers), kParser);
}

}  // namespace

AccessFileResult ParseAccessFile(std::string_view text, const std::string& where,
                                 const std::filesystem::path& directory) {
  return FromTree(config::ParseJsonTree(text, where), where, directory);
}

AccessFileResult ReadAccessFile(const std::filesystem::path& path) {
  return FromTree(config::ReadJsonTree(path), "file " + path.string(), path.parent_path());
}

std::shared_ptr<const AccessPolicy> MakePolicy(AccessFile file, const PolicyTools& tools) {
  return std::make_shared<const AccessPolicy>(
      std::move(file.api_keys), Grants(std::move(file.grants), std::move(file.denials)),
      tools.hasher, Rates(std::move(file.rates), tools.rates),
      MakeVerifier(std::move(file.issuers), tools.fetcher),
      ClientCertificates(std::move(file.client_certificates)), std::move(file.users),
      tools.passwords);
}

}  // namespace gateway
