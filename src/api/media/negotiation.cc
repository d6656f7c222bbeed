#include "api/media/negotiation.h"

#include <algorithm>
#include <array>
#include <cstddef>

namespace gateway {
namespace {

// The element of kNdjsonNames that equals `type`; "" if none does.
std::string_view NdjsonNameOf(std::string_view type) {
  const auto* const found =
      std::find_if(kNdjsonNames.begin(), kNdjsonNames.end(),
                   [type](std::string_view one) { return http::EqualsIgnoreCase(one, type); });
  return found == kNdjsonNames.end() ? std::string_view() : *found;
}

std::string_view Trim(std::string_view text) {
  const auto blank = [](char c) { return c == ' ' || c == '\t'; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

// Removes and returns the part of `*text` before the first `separator`, ignoring separators in
// quoted strings.
std::string_view TakePart(std::string_view* text, char separator) {
  bool quoted = false;
  std::size_t i = 0;
  for (; i < text->size(); ++i) {
    const char c = (*text)[i];
    if (quoted && c == '\\') {
      ++i;
    } else if (c == '"') {
      quoted = !quoted;
    } else if (c == separator && !quoted) {
      break;
    }
  }
  const std::string_view part = text->substr(0, i);
  text->remove_prefix(std::min(i + 1, text->size()));
  return Trim(part);
}

std::string_view Unquoted(std::string_view value) {
  const bool quoted = value.size() >= 2 && value.front() == '"' && value.back() == '"';
  return quoted ? value.substr(1, value.size() - 2) : value;
}

// Calls `visit` with each element of the lists of all fields of that name.
template <typename Visit>
void ForEachElement(const http::RequestHead& head, std::string_view name, const Visit& visit) {
  for (const http::HeaderField& field : head.fields) {
    if (!http::EqualsIgnoreCase(field.name, name)) continue;
    std::string_view list = field.value;
    while (!list.empty()) {
      const std::string_view element = TakePart(&list, ',');
      if (!element.empty()) visit(element);
    }
  }
}

// A weight in thousandths; an invalid one is ignored.
int WeightOf(std::string_view value) {
  constexpr int kWhole = 1'000;
  if (value.empty() || (value[0] != '0' && value[0] != '1')) return kWhole;
  if (value[0] == '1') return kWhole;
  int weight = 0;
  int digit_is_worth = 100;
  for (std::size_t i = 2; i < value.size() && digit_is_worth > 0; ++i, digit_is_worth /= 10) {
    if (value[i] < '0' || value[i] > '9') return kWhole;
    weight += (value[i] - '0') * digit_is_worth;
  }
  return weight;
}

// The weight in the parameters of a media range.
int WeightAmong(std::string_view parameters) {
  while (!parameters.empty()) {
    std::string_view parameter = TakePart(&parameters, ';');
    const std::string_view name = TakePart(&parameter, '=');
    if (http::EqualsIgnoreCase(name, "q")) return WeightOf(Trim(parameter));
  }
  return WeightOf("1");
}

}  // namespace

std::vector<std::string_view> ElementsOf(const http::RequestHead& head, std::string_view name) {
  std::vector<std::string_view> elements;
  ForEachElement(head, name, [&elements](std::string_view one) { elements.push_back(one); });
  return elements;
}

std::string_view MediaTypeOf(const http::RequestHead& head) {
  const auto sent = head.Find("Content-Type");
  return sent ? Trim(sent->substr(0, sent->find(';'))) : std::string_view();
}

std::optional<std::string_view> CharsetOf(const http::RequestHead& head) {
  std::string_view parameters = head.Find("Content-Type").value_or("");
  if (parameters.find(';') == std::string_view::npos) return std::nullopt;
  TakePart(&parameters, ';');
  while (!parameters.empty()) {
    std::string_view parameter = TakePart(&parameters, ';');
    const std::string_view name = TakePart(&parameter, '=');
    if (http::EqualsIgnoreCase(name, "charset")) return Unquoted(Trim(parameter));
  }
  return std::nullopt;
}

std::string_view AcceptedNdjson(const http::RequestHead& head) {
  // From the most to the least specific range that matches application/json.
  constexpr std::array<std::string_view, 3> kJsonRanges = {kJsonMediaType, "application/*", "*/*"};
  constexpr int kUnsaid = -1;
  std::array<int, kJsonRanges.size()> json = {kUnsaid, kUnsaid, kUnsaid};
  int ndjson = 0;
  std::string_view name;
  ForEachElement(head, "Accept", [&](std::string_view element) {
    const std::string_view range = TakePart(&element, ';');
    const int weight = WeightAmong(element);
    if (const std::string_view one = NdjsonNameOf(range); !one.empty() && weight > ndjson) {
      ndjson = weight;
      name = one;
    }
    for (std::size_t i = 0; i < kJsonRanges.size(); ++i) {
      if (http::EqualsIgnoreCase(range, kJsonRanges[i])) json[i] = weight;
    }
  });
  if (json.front() != kUnsaid) return ndjson > json.front() ? name : std::string_view();
  const auto* const said =
      std::find_if(json.begin(), json.end(), [](int weight) { return weight != kUnsaid; });
  return said == json.end() || ndjson >= *said ? name : std::string_view();
}

Preferences PreferencesOf(const http::RequestHead& head) {
  Preferences preferences;
  bool return_said = false;
  ForEachElement(head, "Prefer", [&](std::string_view element) {
    std::string_view value = TakePart(&element, ';');  // parameters of a preference are ignored
    const std::string_view name = TakePart(&value, '=');
    value = Unquoted(Trim(value));
    if (http::EqualsIgnoreCase(name, "respond-async") && value.empty()) {
      preferences.respond_async = true;
    } else if (http::EqualsIgnoreCase(name, "return") && !return_said) {
      return_said = true;
      preferences.return_minimal = http::EqualsIgnoreCase(value, "minimal");
    }
  });
  return preferences;
}

}  // namespace gateway
