// Fuzzes the names of client certificates. The input is a certificate in DER, or else lines: a
// value of X-Forwarded-Client-Cert, a `Match` of the access file, and a name. The fuzzer checks:
//   - names that are not malformed have no NUL, and separators in a subject are as many as its
//     attributes: what a value contains is escaped;
//   - what a proxy forwards is the same when it is quoted and forwarded again;
//   - a name fits exactly the matches that a slow reference finds fit, and its parts put into the
//     match give the name;
//   - a principal is a legal name, and malformed names prove nobody.
#include <openssl/x509.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/http/message.h"
#include "api/http/net/certificate_names.h"
#include "api/pipeline/trusted_proxies.h"
#include "service/auth/client_certificates.h"
#include "service/auth/principal.h"
#include "support/cpp/fuzzing.h"

namespace gateway {
namespace {

using testing::Require;

constexpr CertificateField kFields[] = {CertificateField::kSanUri, CertificateField::kSanDns,
                                        CertificateField::kSubject, CertificateField::kCommonName};

void CheckPrincipal(const CertificateNames& names) {
  static const ClientCertificates kRules({
      {CertificateField::kSanUri, "spiffe://*/ns/*/sa/*", "$3.$2"},
      {CertificateField::kSanDns, "*", "$0"},
      {CertificateField::kSubject, "CN=*,O=*", "$1@$2"},
      {CertificateField::kCommonName, "*", "cn-$1"},
  });
  const auto principal = kRules.PrincipalOf(names);
  Require(!principal || (!names.malformed && IsLegalPrincipalName(*principal)));
}

// Of RFC 4514: the commas and plus signs that no backslash stands before.
std::ptrdiff_t SeparatorsIn(std::string_view subject) {
  std::ptrdiff_t count = 0;
  for (std::size_t i = 0; i < subject.size(); ++i) {
    if (subject[i] == '\\') {
      ++i;
    } else if (subject[i] == ',' || subject[i] == '+') {
      ++count;
    }
  }
  return count;
}

bool IsCleanText(const std::string& text) { return text.find('\0') == std::string::npos; }

bool IsCleanName(const std::string& name) {
  return std::all_of(name.begin(), name.end(), [](char c) { return c > ' ' && c <= '~'; });
}

void CheckCertificate(const X509* certificate) {
  const CertificateNames names = http::NamesIn(certificate);
  CheckPrincipal(names);
  if (names.malformed) return;
  Require(IsCleanText(names.subject) && IsCleanText(names.common_name));
  Require(std::all_of(names.uris.begin(), names.uris.end(), IsCleanName));
  for (const std::string& name : names.dns_names) {
    Require(IsCleanName(name) && name == http::LowerCase(name));
  }
  if (names.subject.empty()) return;
  const int entries = X509_NAME_entry_count(X509_get_subject_name(certificate));
  Require(SeparatorsIn(names.subject) == entries - 1);
}

std::string Quoted(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + '"';
}

std::optional<CertificateNames> Forwarded(std::string_view value) {
  http::RequestHead head;
  head.fields.push_back({"x-forwarded-client-cert", value});
  return ForwardedCertificate(head);
}

void CheckForwarded(std::string_view value) {
  const auto names = Forwarded(value);
  Require(names.has_value());
  CheckPrincipal(*names);
  if (names->malformed) {
    CertificateNames nothing;
    nothing.malformed = true;
    return Require(names == nothing);
  }
  std::string again = "Hash=0";
  if (!names->subject.empty()) again += ";Subject=" + Quoted(names->subject);
  for (const std::string& uri : names->uris) again += ";URI=" + Quoted(uri);
  for (const std::string& name : names->dns_names) again += ";DNS=" + Quoted(name);
  Require(Forwarded(again) == names);
}

// Where in `name` the rest of the match may begin, after each of its characters in turn.
bool FitsByReference(std::string_view separators, std::string_view match, std::string_view name) {
  if (match == "*") return !name.empty();
  std::vector<bool> at(name.size() + 1);
  at[0] = true;
  for (const char c : match) {
    std::vector<bool> next(name.size() + 1);
    for (std::size_t i = 0; i < name.size(); ++i) {
      const bool taken =
          c == '*' ? separators.find(name[i]) == std::string_view::npos : name[i] == c;
      // A `*` goes on after one character.
      next[i + 1] = taken && (at[i] || (c == '*' && next[i]));
    }
    at = std::move(next);
  }
  return at.back();
}

std::string_view ReferenceSeparators(CertificateField field) {
  switch (field) {
    case CertificateField::kSanUri:
      return "/";
    case CertificateField::kSanDns:
      return ".";
    case CertificateField::kSubject:
      return ",+\\";
    case CertificateField::kCommonName:
      break;
  }
  return "";
}

void CheckMatch(std::string_view match, std::string_view name) {
  constexpr std::size_t kMaxBytes = 64;  // the reference is slow
  name = name.substr(0, kMaxBytes);
  if (match.size() > kMaxBytes || !IsLegalCertificateMatch(match)) return;
  for (const CertificateField field : kFields) {
    const auto parts = MatchCertificateName(field, match, name);
    Require(parts.has_value() == FitsByReference(ReferenceSeparators(field), match, name));
    if (!parts) continue;
    std::string again;
    auto part = parts->begin();
    for (const char c : match) {
      if (c != '*') {
        again += c;
      } else {
        Require(part != parts->end() && !part->empty());
        again += *part++;
      }
    }
    Require(part == parts->end() && again == name);
  }
}

std::string_view TakeLine(std::string_view* text) {
  const std::string_view line = text->substr(0, text->find('\n'));
  text->remove_prefix(std::min(line.size() + 1, text->size()));
  return line;
}

}  // namespace
}  // namespace gateway

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const unsigned char* der = data;
  const std::unique_ptr<X509, decltype(&X509_free)> certificate(
      d2i_X509(nullptr, &der, static_cast<long>(size)), &X509_free);  // NOLINT: OpenSSL's type
  if (certificate) {
    gateway::CheckCertificate(certificate.get());
    return 0;
  }
  std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::string_view forwarded = gateway::TakeLine(&text);
  const std::string_view match = gateway::TakeLine(&text);
  gateway::CheckForwarded(forwarded);
  gateway::CheckMatch(match, text);
  return 0;
}
