#include "api/format/format_selection.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

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
bool IsOfRestProxy(std::string_view type) {
  return StartsWith(type, "application/vnd.kafka.") && EndsWith(type, "+json");
}

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

std::string WhatIsRead(const http::RequestHead& head, std::span<const WireFormat* const> formats) {
  std::string text = "This path requires Content-Type: ";
  for (const WireFormat* const format : formats) {
    if (format != formats.front()) text += " or ";
    text += format->media_types().names.front();
  }
  const auto sent = head.Find("Content-Type");
  return text + "; the request has " + (sent ? Quoted(*sent) : "none") + ".";
}

// US-ASCII is a subset of UTF-8.
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

const WireFormat* FindFormat(std::span<const WireFormat* const> formats, std::string_view type) {
  const auto found = std::find_if(formats.begin(), formats.end(), [type](const WireFormat* format) {
    const std::span<const std::string_view> names = format->media_types().names;
    return std::any_of(names.begin(), names.end(), [type](std::string_view name) {
      return http::EqualsIgnoreCase(name, type);
    });
  });
  return found == formats.end() ? nullptr : *found;
}

}  // namespace

bool ReadsAnyMediaType(std::span<const WireFormat* const> formats) {
  return FindFormat(formats, kAnyMediaType) != nullptr;
}

Result<const WireFormat*, std::string> SelectFormat(const http::RequestHead& head,
                                                    std::span<const WireFormat* const> formats) {
  const std::string_view type = MediaTypeOf(head);
  const WireFormat* format = FindFormat(formats, type);
  if (format == nullptr) {
    if (IsOfRestProxy(type)) return InsteadOfRestProxy(type);
    format = FindFormat(formats, kAnyMediaType);
    if (format == nullptr) return WhatIsRead(head, formats);
    if (StartsWith(type, "multipart/")) return InsteadOfMultipart(type);
  }
  if (format->media_types().utf8) {
    if (auto why_not = WhyNotUtf8(head)) return *std::move(why_not);
  }
  return format;
}

}  // namespace gateway
