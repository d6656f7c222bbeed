// The media type of a request's body and its preferences for the answer: Content-Type, Accept (RFC
// 9110, 12.5.1) and Prefer (RFC 7240). Pure functions; any thread.
#ifndef GATEWAY_API_MEDIA_NEGOTIATION_H_
#define GATEWAY_API_MEDIA_NEGOTIATION_H_

#include <array>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "api/http/message.h"

namespace gateway {

inline constexpr std::string_view kJsonMediaType = "application/json";
inline constexpr std::string_view kNdjsonMediaType = "application/x-ndjson";
inline constexpr std::string_view kAnyMediaType = "*/*";  // or no media type

// Every media type of NDJSON; none is registered.
inline constexpr std::array<std::string_view, 6> kNdjsonNames = {
    kNdjsonMediaType,      "application/ndjson",    "application/jsonl",
    "application/x-jsonl", "application/jsonlines", "application/x-jsonlines"};

// The bodies that a wire format reads.
struct MediaTypes {
  std::span<const std::string_view> names;  // the first is recommended in error texts
  bool utf8 = false;                        // other charsets are refused
};

// The elements of the lists in all fields of that name, trimmed, without empty ones (RFC 9110,
// 5.6.1). They point into `head`.
std::vector<std::string_view> ElementsOf(const http::RequestHead& head, std::string_view name);

// The media type of the body without its parameters; "" if the request names none.
std::string_view MediaTypeOf(const http::RequestHead& head);
// The charset of that media type; absent if it has none.
std::optional<std::string_view> CharsetOf(const http::RequestHead& head);

// The NDJSON media type that the client prefers, in static storage; "" if it prefers JSON. The
// client must name it: a wildcard means JSON. If application/json has the same weight, the answer
// is JSON: generated clients list every media type of the document and read the first. A request
// never fails because of its Accept field.
std::string_view AcceptedNdjson(const http::RequestHead& head);

// The preferences that the gateway knows; all others are ignored, as RFC 7240 requires. If one is
// repeated, the first counts.
struct Preferences {
  bool respond_async = false;
  bool return_minimal = false;
};
Preferences PreferencesOf(const http::RequestHead& head);

}  // namespace gateway

#endif  // GATEWAY_API_MEDIA_NEGOTIATION_H_
