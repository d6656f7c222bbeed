#include "api/media/body_type.h"

#include <algorithm>
#include <array>

#include "api/media/negotiation.h"

namespace gateway {
namespace {

bool StartsWith(std::string_view type, std::string_view start) {
  return http::EqualsIgnoreCase(type.substr(0, start.size()), start);
}

bool EndsWith(std::string_view type, std::string_view end) {
  return type.size() >= end.size() &&
         http::EqualsIgnoreCase(type.substr(type.size() - end.size()), end);
}

std::string Quoted(std::string_view text) { return '"' + std::string(text) + '"'; }

// The media types of Confluent's REST Proxy, sent to a path that resembles its own.
std::string InsteadOfRestProxy(std::string_view type) {
  return Quoted(type) +
         " is a format of Confluent's REST Proxy, which this API does not support. Send "
         "Content-Type: application/json: one record, {\"topic\": \"orders\", \"key\": \"k\", "
         "\"value\": ...}, "
         "to /api/kafka/send, or many, {\"topic\": \"orders\", \"messages\": [{\"key\": \"k\", "
         "\"value\": ...}]}, to /api/kafka/send/batch.";
}

// A form with one file is probably a mistake with curl, and would be stored with its boundaries.
std::string InsteadOfMultipart(std::string_view type) {
  return Quoted(type) +
         " wraps the bytes in a form (curl -F), but this path stores a body unchanged. Send only "
         "the bytes: curl --data-binary @FILE -H 'Content-Type: application/octet-stream'.";
}

std::string WhatIsTaken(const http::RequestHead& head, std::span<const std::string_view> wanted) {
  std::string text = "This path requires Content-Type: ";
  for (const std::string_view one : wanted) {
    if (one != wanted.front()) text += " or ";
    text += one;
  }
  const auto sent = head.Find("Content-Type");
  return text + "; the request has " + (sent ? Quoted(*sent) : "none") + ".";
}

// JSON and lines are UTF-8, which includes US-ASCII.
std::optional<std::string> WhyNotUtf8(const http::RequestHead& head) {
  constexpr std::array<std::string_view, 3> kUtf8Names = {"utf-8", "utf8", "us-ascii"};
  const auto charset = CharsetOf(head);
  if (!charset || std::any_of(kUtf8Names.begin(), kUtf8Names.end(), [&](std::string_view name) {
        return http::EqualsIgnoreCase(*charset, name);
      })) {
    return std::nullopt;
  }
  return "The charset is " + Quoted(*charset) +
         ", but JSON and lines must be UTF-8: encode the body in UTF-8, and send charset=utf-8 or "
         "no charset.";
}

}  // namespace

std::optional<std::string> WhyNotTaken(const http::RequestHead& head,
                                       std::span<const std::string_view> wanted) {
  const std::string_view type = MediaTypeOf(head);
  if (StartsWith(type, "application/vnd.kafka.") && EndsWith(type, "+json")) {
    return InsteadOfRestProxy(type);
  }
  const bool ndjson = IsNdjson(type);
  if (wanted.front() == kAnyMediaType) {
    if (StartsWith(type, "multipart/")) return InsteadOfMultipart(type);
    return ndjson ? WhyNotUtf8(head) : std::nullopt;
  }
  const auto is_type = [&](std::string_view one) {
    return one == kNdjson ? ndjson : http::EqualsIgnoreCase(type, one);
  };
  if (std::none_of(wanted.begin(), wanted.end(), is_type)) return WhatIsTaken(head, wanted);
  return WhyNotUtf8(head);
}

}  // namespace gateway
