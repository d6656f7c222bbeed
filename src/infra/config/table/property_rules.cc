// The values that a property allows: the rules for texts, and their descriptions.
#include <algorithm>
#include <cstdint>
#include <string>

#include "infra/config/table/properties.h"
#include "service/types/rfc3339.h"

namespace gateway::config {
namespace {

std::string Range(const Property& property) {
  const auto whole = [](double bound) { return std::to_string(static_cast<std::int64_t>(bound)); };
  return " from " + whole(property.minimum) + " to " + whole(property.maximum) +
         (property.unit.empty() ? "" : " (" + std::string(property.unit) + ")");
}

std::string OneOf(const Property& property) {
  std::string out = property.allowed.size() > 1 ? "one of " : "only ";
  for (std::size_t i = 0; i < property.allowed.size(); ++i) {
    if (i > 0) out += ", ";
    out += property.allowed[i];
  }
  if (!property.reason.empty()) out += ", because " + std::string(property.reason);
  return out;
}

bool IsSpace(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

// Comma-separated parts, none of them empty or with white space.
bool IsServerList(std::string_view text) {
  char before = ',';
  for (const char c : text) {
    if (IsSpace(c) || (c == ',' && before == ',')) return false;
    before = c;
  }
  return before != ',';
}

bool IsOrigin(std::string_view text) {
  constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz";
  if (text == "*") return true;
  const std::size_t colon = text.find("://");
  if (colon == std::string_view::npos || kLetters.find(text.front()) == std::string_view::npos) {
    return false;
  }
  const std::string_view host = text.substr(colon + 3);
  return text.substr(0, colon).find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789+.-") ==
             std::string_view::npos &&
         !host.empty() &&
         host.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789.:[]_-") ==
             std::string_view::npos;
}

}  // namespace

std::string DescribeAllowed(const Property& property) {
  if (property.optional) {
    Property rest = property;
    rest.optional = false;
    return DescribeAllowed(rest) + ", or null for none";
  }
  if (!property.allowed.empty()) return OneOf(property);
  switch (property.type) {
    case PropertyType::kBoolean:
      return "true or false";
    case PropertyType::kInteger:
      return "an integer" + Range(property);
    case PropertyType::kNumber:
      return "a number" + Range(property);
    case PropertyType::kString:
      return std::string(InWords(property.rule));
    case PropertyType::kList:
      return "an array of strings, each " + std::string(InWords(property.rule));
    case PropertyType::kMap:
      return "an object whose values are strings, numbers, true or false";
  }
  return "";
}

bool Obeys(TextRule rule, std::string_view text) {
  switch (rule) {
    case TextRule::kAny:
      return true;
    case TextRule::kNotEmpty:
      return !text.empty() && !IsSpace(text.front()) && !IsSpace(text.back());
    case TextRule::kServers:
      return IsServerList(text);
    case TextRule::kTopicGlob:
      return !text.empty() && text.find_first_not_of(
                                  "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                  "abcdefghijklmnopqrstuvwxyz"
                                  "0123456789._-*") == std::string_view::npos;
    case TextRule::kFieldGlob:
      return !text.empty() && text.find_first_not_of(
                                  "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                  "abcdefghijklmnopqrstuvwxyz"
                                  "0123456789!#$%&'*+-.^_`|~") == std::string_view::npos;
    case TextRule::kOrigin:
      return IsOrigin(text);
    case TextRule::kPathGlob:
      return text.starts_with('/') &&
             std::all_of(text.begin(), text.end(), [](char c) { return c >= '!' && c <= '~'; });
    case TextRule::kTime:
      return ParseRfc3339(text).value_or(-1) >= 0;
  }
  return false;
}

std::string_view PatternOf(TextRule rule) {
  switch (rule) {
    case TextRule::kAny:
      return "";
    case TextRule::kNotEmpty:
      return "^\\S([\\s\\S]*\\S)?$";
    case TextRule::kServers:
      return "^[^\\s,]+(,[^\\s,]+)*$";
    case TextRule::kPathGlob:
      return "^/[!-~]*$";
    case TextRule::kTopicGlob:
      return "^[A-Za-z0-9._*-]+$";
    case TextRule::kFieldGlob:
      return "^[A-Za-z0-9!#$%&'*+.^_`|~-]+$";
    case TextRule::kOrigin:
      return "^(\\*|[a-z][a-z0-9+.-]*://[a-z0-9.:\\[\\]_-]+)$";
    case TextRule::kTime:
      return "^(19[7-9]|[2-9][0-9]{2})[0-9]-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])[Tt]"
             "([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\\.[0-9]+)?"
             "([Zz]|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$";
  }
  return "";
}

std::string_view InWords(TextRule rule) {
  switch (rule) {
    case TextRule::kAny:
      return "any text";
    case TextRule::kNotEmpty:
      return "a non-empty text without white space at either end";
    case TextRule::kServers:
      return "host:port,host:port without spaces, or the word embedded";
    case TextRule::kPathGlob:
      return "a path that begins with /, in which * stands for any characters";
    case TextRule::kTopicGlob:
      return "made of A-Z a-z 0-9 . _ - and *";
    case TextRule::kFieldGlob:
      return "the name of a request header, in which * stands for any characters";
    case TextRule::kOrigin:
      return "an origin such as https://shop.example or http://localhost:3000, in lower case and "
             "without a path, or * for every origin";
    case TextRule::kTime:
      return "an RFC 3339 time, not before 1970-01-01T00:00:00Z";
  }
  return "";
}

}  // namespace gateway::config
