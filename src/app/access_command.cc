#include "app/access_command.h"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <ostream>
#include <string_view>
#include <utility>

#include "api/json/json_writer.h"
#include "infra/access/access_file.h"
#include "infra/config/config_problem.h"
#include "infra/crypto/openssl_hasher.h"
#include "infra/crypto/password_hash.h"
#include "infra/os/terminal.h"
#include "service/auth/api_keys.h"
#include "service/produce/record_validation.h"
#include "service/types/base64url.h"
#include "service/types/rfc3339.h"

namespace gateway {
namespace {

constexpr int kExitUsage = 64;  // EX_USAGE
constexpr int kExitFault = 1;

constexpr std::string_view kUsage = R"(Usage: kafka-gateway access COMMAND

Helps to write the access file (Access:File), which says who may write and read which topics.

  check FILE       print every error of an access file; exit with 78 if there are any
  new-key ID --principal P [--group G]... [--expires TIME]
                   make an API key for the principal P; print the key, which is not stored
                   anywhere, and its entry for "ApiKeys"
  hash-password    read a password from the terminal or standard input; print its hash for an
                   entry in "Users"
  explain FILE --principal P [--group G]... --topic T...
                   print which grant or denial decides whether P may write and read the topic T;
                   without --group, P has the groups of its keys and passwords in the file

Example: make a key, and ask what its principal may do
  kafka-gateway access new-key shop1 --principal svc-shop
  kafka-gateway access explain access.json --principal svc-shop --topic orders
)";

// "--name value" and "--name=value"; other arguments are operands.
struct Arguments {
  std::vector<std::string> operands;
  std::map<std::string, std::vector<std::string>, std::less<>> options;
  std::string error;

  const std::vector<std::string>& All(std::string_view name) const {
    static const std::vector<std::string> kNone;
    const auto found = options.find(name);
    return found == options.end() ? kNone : found->second;
  }
  std::optional<std::string> One(std::string_view name) const {
    const auto& all = All(name);
    return all.size() == 1 ? std::optional(all.front()) : std::nullopt;
  }
};

Arguments Parse(const std::vector<std::string>& texts,
                const std::vector<std::string_view>& known_options) {
  Arguments parsed;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (!texts[i].starts_with("--")) {
      parsed.operands.push_back(texts[i]);
      continue;
    }
    const std::size_t equals = texts[i].find('=');
    const std::string name = texts[i].substr(0, equals);
    if (std::find(known_options.begin(), known_options.end(), name) == known_options.end()) {
      parsed.error = "unknown option " + name;
    } else if (equals != std::string::npos) {
      parsed.options[name].push_back(texts[i].substr(equals + 1));
    } else if (++i < texts.size()) {
      parsed.options[name].push_back(texts[i]);
    } else {
      parsed.error = "the value of " + name + " is missing";
    }
  }
  return parsed;
}

int Misused(const std::string& what, std::ostream& err) {
  err << "kafka-gateway access: " << what << "\n\n" << kUsage;
  return kExitUsage;
}

std::optional<AccessFile> Load(const std::string& path, std::ostream& err) {
  auto file = ReadAccessFile(path);
  if (file.ok()) return std::move(file).value();
  for (const ConfigProblem& problem : file.error()) err << ToLine(problem) << '\n';
  return std::nullopt;
}

int Check(const Arguments& arguments, std::ostream& out, std::ostream& err) {
  if (arguments.operands.size() != 1) return Misused("check needs one FILE", err);
  const auto file = Load(arguments.operands.front(), err);
  if (!file) return kExitBadConfiguration;
  out << "The access file is valid: API keys: " << file->api_keys.size()
      << ", users: " << file->users.size() << ", issuers: " << file->issuers.size()
      << ", grants: " << file->grants.size() << ", denials: " << file->denials.size()
      << ", rates: " << file->rates.size() << ".\n";
  return 0;
}

std::string Hex(const Sha256Digest& digest) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const std::uint8_t byte : digest) {
    text += kDigits[byte >> 4U];
    text += kDigits[byte & 15U];
  }
  return text;
}

// The error in the arguments of new-key; "" if there is none.
std::string WhyNoKey(const Arguments& arguments) {
  if (arguments.operands.size() != 1) return "new-key needs one ID";
  if (!IsLegalApiKeyId(arguments.operands.front())) {
    return "an ID must have " + std::string(kApiKeyIdRule);
  }
  const auto principal = arguments.One("--principal");
  if (!principal) return "new-key needs one --principal";
  const auto& groups = arguments.All("--group");
  if (!IsLegalPrincipalName(*principal) ||
      !std::all_of(groups.begin(), groups.end(), IsLegalPrincipalName)) {
    return "the name of a principal or group must have " + std::string(kPrincipalNameRule);
  }
  const auto expires = arguments.One("--expires");
  if (arguments.All("--expires").size() > 1 || (expires && !ParseRfc3339(*expires))) {
    return "--expires must be one time as in 2026-01-02T03:04:05Z";
  }
  return {};
}

void AppendMember(std::string_view name, std::string_view value, std::string* out) {
  out->append(out->size() > 1 ? ", \"" : "\"").append(name).append("\": ");
  AppendJsonString(value, out);
}

// The entry of a new key in the access file.
std::string EntryOf(const Arguments& arguments, std::string_view digest) {
  std::string entry = "{";
  AppendMember("Id", arguments.operands.front(), &entry);
  AppendMember("Sha256", digest, &entry);
  AppendMember("Principal", *arguments.One("--principal"), &entry);
  std::string groups;
  for (const std::string& group : arguments.All("--group")) {
    groups += groups.empty() ? "" : ", ";
    AppendJsonString(group, &groups);
  }
  if (!groups.empty()) entry += ", \"Groups\": [" + groups + "]";
  if (const auto expires = arguments.One("--expires")) AppendMember("Expires", *expires, &entry);
  return entry + "}";
}

int NewKey(const Arguments& arguments, std::ostream& out, std::ostream& err) {
  if (const std::string why = WhyNoKey(arguments); !why.empty()) return Misused(why, err);
  const auto secret = RandomBytes();
  if (!secret) {
    err << "kafka-gateway access: the system provides no random bytes\n";
    return kExitFault;
  }
  const std::string& id = arguments.operands.front();
  const std::string key = std::string(kApiKeyPrefix) + id + "_" +
                          EncodeBase64Url(std::string(secret->begin(), secret->end()));
  out << "The key. It is not stored anywhere, so keep it now:\n"
      << key << "\nIts entry for \"ApiKeys\" in the access file:\n"
      << EntryOf(arguments, Hex(OpensslHasher().Sha256(key))) << '\n';
  return 0;
}

int HashPassword(const Arguments& arguments, std::ostream& out, std::ostream& err) {
  if (!arguments.operands.empty()) {
    return Misused(
        "hash-password reads the password from standard input: arguments are visible "
        "to other processes",
        err);
  }
  const auto password = ReadSecretLine("Password: ");
  if (!password || password->empty()) {
    err << "kafka-gateway access: there is no password\n";
    return kExitUsage;
  }
  if (password->size() > kMaxPasswordBytes) {
    err << "kafka-gateway access: a password has at most " << kMaxPasswordBytes << " bytes\n";
    return kExitUsage;
  }
  if (StandardInputIsTerminal() && ReadSecretLine("Again: ") != password) {
    err << "kafka-gateway access: the two differ\n";
    return kExitUsage;
  }
  const auto hash = gateway::HashPassword(*password);
  if (!hash) {
    err << "kafka-gateway access: there is not enough memory for a hash\n";
    return kExitFault;
  }
  out << *hash << '\n';
  return 0;
}

std::vector<std::string> GroupsOf(const AccessFile& file, const std::string& principal) {
  std::vector<std::string> groups;
  for (const ApiKeyEntry& key : file.api_keys) {
    if (key.principal == principal)
      groups.insert(groups.end(), key.groups.begin(), key.groups.end());
  }
  for (const UserEntry& user : file.users) {
    if (user.principal == principal)
      groups.insert(groups.end(), user.groups.begin(), user.groups.end());
  }
  return groups;
}

void Explain(const TopicRights& rights, TopicOperation operation, const std::string& topic,
             std::ostream& out) {
  const TopicRights::Decision decision = rights.Decide(operation, topic);
  out << NameOf(operation) << ' ' << topic << ": ";
  if (decision.rule == nullptr) {
    out << "not allowed, because nothing grants it\n";
  } else {
    out << (decision.allowed ? "allowed by " : "denied by ") << decision.rule->where << '\n';
  }
}

int Explain(const Arguments& arguments, std::ostream& out, std::ostream& err) {
  const auto name = arguments.One("--principal");
  const auto& topics = arguments.All("--topic");
  if (arguments.operands.size() != 1 || !name || topics.empty()) {
    return Misused("explain needs one FILE, one --principal and at least one --topic", err);
  }
  for (const std::string& topic : topics) {
    if (!IsLegalTopicName(topic)) return Misused(std::string(kTopicNameRule), err);
  }
  auto file = Load(arguments.operands.front(), err);
  if (!file) return kExitBadConfiguration;
  Principal principal{*name == kAnonymousName ? std::string() : *name, arguments.All("--group")};
  if (principal.groups.empty()) principal.groups = GroupsOf(*file, principal.name);
  const Grants grants(std::move(file->grants), std::move(file->denials));
  const TopicRights rights = grants.RightsOf(principal);
  for (const std::string& topic : topics) {
    Explain(rights, TopicOperation::kWrite, topic, out);
    Explain(rights, TopicOperation::kRead, topic, out);
  }
  return 0;
}

struct Command {
  std::string_view name;
  std::vector<std::string_view> options;
  int (*run)(const Arguments&, std::ostream&, std::ostream&);
};

const std::vector<Command>& Commands() {
  static const std::vector<Command> kCommands = {
      {"check", {}, Check},
      {"new-key", {"--principal", "--group", "--expires"}, NewKey},
      {"hash-password", {}, HashPassword},
      {"explain", {"--principal", "--group", "--topic"}, Explain},
  };
  return kCommands;
}

}  // namespace

int AccessCommand(const std::vector<std::string>& arguments, std::ostream& out, std::ostream& err) {
  const std::string name = arguments.empty() ? std::string() : arguments.front();
  if (name == "--help" || name == "-h") {
    out << kUsage;
    return 0;
  }
  for (const Command& command : Commands()) {
    if (command.name != name) continue;
    const Arguments parsed = Parse({arguments.begin() + 1, arguments.end()}, command.options);
    if (!parsed.error.empty()) return Misused(parsed.error, err);
    return command.run(parsed, out, err);
  }
  return Misused(name.empty() ? "a command is missing" : "unknown command " + name, err);
}

}  // namespace gateway
