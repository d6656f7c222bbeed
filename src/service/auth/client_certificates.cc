#include "service/auth/client_certificates.h"

#include <algorithm>

#include "service/auth/principal.h"

namespace gateway {
namespace {

using Captures = std::vector<std::string_view>;

// The characters that no part of such a name may contain. In a subject the backslash is one of
// them, because a comma after it belongs to the value: "CN=a\,OU=edge" has no OU.
std::string_view SeparatorsOf(CertificateField field) {
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

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// `principal` with `name` and the captures inserted.
std::string Expand(std::string_view principal, std::string_view name, const Captures& captures) {
  std::string expanded;
  for (std::size_t i = 0; i < principal.size(); ++i) {
    if (principal[i] != '$') {
      expanded += principal[i];
      continue;
    }
    const auto number = static_cast<std::size_t>(principal[++i] - '0');
    expanded += number == 0 ? name : captures[number - 1];
  }
  return expanded;
}

std::vector<std::string_view> NamesOf(const CertificateNames& names, CertificateField field) {
  switch (field) {
    case CertificateField::kSanUri:
      return {names.uris.begin(), names.uris.end()};
    case CertificateField::kSanDns:
      return {names.dns_names.begin(), names.dns_names.end()};
    case CertificateField::kSubject:
      if (!names.subject.empty()) return {names.subject};
      break;
    case CertificateField::kCommonName:
      if (!names.common_name.empty()) return {names.common_name};
      break;
  }
  return {};
}

}  // namespace

bool IsLegalCertificateMatch(std::string_view match) {
  return !match.empty() && match.find("**") == std::string_view::npos &&
         std::count(match.begin(), match.end(), '*') <= 9;
}

bool IsLegalCertificatePrincipal(std::string_view principal, std::string_view match) {
  const auto stars = std::count(match.begin(), match.end(), '*');
  for (std::size_t i = 0; i < principal.size(); ++i) {
    if (principal[i] != '$') continue;
    ++i;
    if (i == principal.size() || !IsDigit(principal[i]) || principal[i] - '0' > stars) return false;
  }
  return !principal.empty();
}

// Searching each literal at its first place is enough: a later place would lengthen the part before
// it, which may not contain a separator in any case.
std::optional<Captures> MatchCertificateName(CertificateField field, std::string_view match,
                                             std::string_view name) {
  if (match == "*") return name.empty() ? std::nullopt : std::optional(Captures{name});
  const std::string_view separators = SeparatorsOf(field);
  const std::size_t first = match.find('*');
  if (first == std::string_view::npos) {
    return match == name ? std::optional(Captures()) : std::nullopt;
  }
  if (!name.starts_with(match.substr(0, first))) return std::nullopt;
  Captures captures;
  std::size_t at = first;
  for (std::string_view rest = match.substr(first + 1);;) {
    const std::size_t star = rest.find('*');
    const bool last = star == std::string_view::npos;
    const std::string_view literal = rest.substr(0, star);
    if (name.size() <= at + literal.size()) return std::nullopt;
    const std::size_t end = last ? name.size() - literal.size() : name.find(literal, at + 1);
    if (end == std::string_view::npos || name.substr(end, literal.size()) != literal) {
      return std::nullopt;
    }
    const std::string_view part = name.substr(at, end - at);
    if (part.find_first_of(separators) != std::string_view::npos) return std::nullopt;
    captures.push_back(part);
    if (last) return captures;
    at = end + literal.size();
    rest.remove_prefix(star + 1);
  }
}

std::optional<std::string> ClientCertificates::PrincipalOf(const CertificateNames& names) const {
  if (names.malformed) return std::nullopt;
  for (const CertificateRule& rule : rules_) {
    for (const std::string_view name : NamesOf(names, rule.from)) {
      const auto captures = MatchCertificateName(rule.from, rule.match, name);
      if (!captures) continue;
      std::string principal = Expand(rule.principal, name, *captures);
      if (!IsLegalPrincipalName(principal)) return std::nullopt;
      return principal;
    }
  }
  return std::nullopt;
}

}  // namespace gateway
