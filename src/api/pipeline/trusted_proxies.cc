#include "api/pipeline/trusted_proxies.h"

#include <algorithm>
#include <cstddef>

namespace gateway {
namespace {

// More proxies than that are a loop, or made up.
constexpr std::size_t kMaxHops = 32;

std::string_view Trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

// Splits at `separator`, but not in quoted strings (RFC 9110, 5.6.4). Absent if one does not end.
std::optional<std::vector<std::string_view>> Split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  std::size_t begin = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"') {
      quoted = !quoted;
    } else if (quoted && text[i] == '\\') {
      ++i;
    } else if (!quoted && text[i] == separator) {
      parts.push_back(Trimmed(text.substr(begin, i - begin)));
      begin = i + 1;
    }
  }
  if (quoted) return std::nullopt;
  parts.push_back(Trimmed(text.substr(begin)));
  return parts;
}

// Of a pair "name=value"; the value may be a quoted string. Absent if it is no pair.
std::optional<std::pair<std::string_view, std::string>> PairIn(std::string_view text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos || equals == 0) return std::nullopt;
  const std::string_view value = text.substr(equals + 1);
  if (!value.starts_with('"')) {
    if (value.find('"') != std::string_view::npos) return std::nullopt;
    return std::pair(text.substr(0, equals), std::string(value));
  }
  if (value.size() < 2 || !value.ends_with('"')) return std::nullopt;
  std::string unquoted;
  for (std::size_t i = 1; i + 1 < value.size(); ++i) {
    if (value[i] == '"') return std::nullopt;  // it ends before the end
    if (value[i] == '\\' && ++i + 1 == value.size()) return std::nullopt;
    unquoted += value[i];
  }
  return std::pair(text.substr(0, equals), std::move(unquoted));
}

std::vector<std::string_view> FieldsOf(const http::RequestHead& head, std::string_view name) {
  std::vector<std::string_view> values;
  for (const http::HeaderField& field : head.fields) {
    if (http::EqualsIgnoreCase(field.name, name)) values.push_back(field.value);
  }
  return values;
}

// The "for" of an element of Forwarded; "" if there is none, or it is malformed.
std::string ForOf(std::string_view element) {
  const auto pairs = Split(element, ';');
  if (!pairs) return {};
  for (const std::string_view text : *pairs) {
    const auto pair = PairIn(text);
    if (!pair) return {};
    if (http::EqualsIgnoreCase(pair->first, "for")) return pair->second;
  }
  return {};
}

// The addresses of a field from right to left, as far as they can be read.
std::vector<std::string> HopsOf(const http::RequestHead& head, std::string_view name,
                                std::string (*node_of)(std::string_view)) {
  std::vector<std::string> hops;
  const auto lines = FieldsOf(head, name);
  for (auto line = lines.rbegin(); line != lines.rend(); ++line) {
    const auto elements = Split(*line, ',');
    if (!elements) return hops;  // what is left of it cannot be read either
    for (auto element = elements->rbegin(); element != elements->rend(); ++element) {
      auto address = AddressOfNode(node_of(*element));
      if (!address || hops.size() == kMaxHops) return hops;
      hops.push_back(*std::move(address));
    }
  }
  return hops;
}

std::string Node(std::string_view element) { return std::string(element); }

bool IsPrintable(std::string_view text) {
  return std::none_of(text.begin(), text.end(),
                      [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == '\x7F'; });
}

}  // namespace

std::optional<std::string> AddressOfNode(std::string_view node) {
  const auto text_of = [](std::string_view text) -> std::optional<std::string> {
    const auto address = http::IpAddress::Parse(text);
    return address ? std::optional(address->ToText()) : std::nullopt;
  };
  const auto is_port = [](std::string_view text) {
    return text.empty() ||
           (text.size() >= 2 && text.size() <= 6 && text.front() == ':' &&
            std::all_of(text.begin() + 1, text.end(), [](char c) { return c >= '0' && c <= '9'; }));
  };
  if (node.starts_with('[')) {
    const std::size_t end = node.find(']');
    if (end == std::string_view::npos || !is_port(node.substr(end + 1))) return std::nullopt;
    const std::string_view inside = node.substr(1, end - 1);
    return inside.find(':') == std::string_view::npos ? std::nullopt : text_of(inside);
  }
  const std::size_t colon = node.find(':');
  if (colon != std::string_view::npos && node.find(':', colon + 1) == std::string_view::npos) {
    if (!is_port(node.substr(colon))) return std::nullopt;
    node = node.substr(0, colon);
  }
  return text_of(node);
}

TrustedProxies::TrustedProxies(const std::vector<std::string>& networks) {
  for (const std::string& text : networks) {
    if (const auto network = http::IpNetwork::Parse(text)) networks_.push_back(*network);
  }
}

bool TrustedProxies::Trust(std::string_view address) const {
  if (networks_.empty()) return false;
  const auto parsed = http::IpAddress::Parse(address);
  return parsed && std::any_of(networks_.begin(), networks_.end(), [&parsed](const auto& network) {
           return network.Contains(*parsed);
         });
}

std::string TrustedProxies::ClientAddress(const http::RequestHead& head,
                                          const std::string& peer) const {
  if (!Trust(peer)) return peer;
  std::string forwarded = Walk(HopsOf(head, "Forwarded", ForOf), peer);
  std::string x_forwarded = Walk(HopsOf(head, "X-Forwarded-For", Node), peer);
  if (!head.Find("Forwarded")) return x_forwarded;
  if (!head.Find("X-Forwarded-For")) return forwarded;
  return forwarded == x_forwarded ? forwarded : peer;
}

// The first from the right that is not trusted; if all are, the last of them.
std::string TrustedProxies::Walk(const std::vector<std::string>& hops,
                                 const std::string& peer) const {
  const auto client = std::find_if(hops.begin(), hops.end(),
                                   [this](const std::string& hop) { return !Trust(hop); });
  if (client != hops.end()) return *client;
  return hops.empty() ? peer : hops.back();
}

std::optional<CertificateNames> ForwardedCertificate(const http::RequestHead& head) {
  const auto lines = FieldsOf(head, "X-Forwarded-Client-Cert");
  if (lines.empty()) return std::nullopt;
  CertificateNames malformed;
  malformed.malformed = true;
  const auto elements = Split(lines.back(), ',');
  if (!elements) return malformed;
  const auto pairs = Split(elements->back(), ';');
  if (!pairs) return malformed;
  CertificateNames names;
  for (const std::string_view text : *pairs) {
    auto pair = PairIn(text);
    if (!pair || !IsPrintable(pair->second)) return malformed;
    auto& [key, value] = *pair;
    if (http::EqualsIgnoreCase(key, "Subject")) {
      if (!names.subject.empty()) return malformed;
      names.subject = std::move(value);
    } else if (http::EqualsIgnoreCase(key, "URI")) {
      if (!value.empty()) names.uris.push_back(std::move(value));
    } else if (http::EqualsIgnoreCase(key, "DNS")) {
      if (!value.empty()) names.dns_names.push_back(http::LowerCase(value));
    }
  }
  return names;
}

}  // namespace gateway
