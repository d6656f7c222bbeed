// What a request says of its body and asks of its answer, besides its own format: Content-Type,
// Accept (RFC 9110, 12.5.1) and Prefer (RFC 7240). Pure functions; any thread.
#ifndef GATEWAY_API_MEDIA_NEGOTIATION_H_
#define GATEWAY_API_MEDIA_NEGOTIATION_H_

#include <optional>
#include <string_view>
#include <vector>

#include "api/http/message.h"

namespace gateway {

inline constexpr std::string_view kJson = "application/json";
inline constexpr std::string_view kNdjson = "application/x-ndjson";
inline constexpr std::string_view kAnyMediaType = "*/*";  // or none

// The elements of the lists in all fields of that name, trimmed, without empty ones (RFC 9110,
// 5.6.1). They point into `head`.
std::vector<std::string_view> ElementsOf(const http::RequestHead& head, std::string_view name);

// The media type of the body without its parameters; "" if the request names none.
std::string_view MediaTypeOf(const http::RequestHead& head);
// The charset that it names; absent if it names none.
std::optional<std::string_view> CharsetOf(const http::RequestHead& head);

// True for every name that lines of JSON go by, none of which is registered: application/ndjson,
// jsonl and jsonlines, each also with "x-".
bool IsNdjson(std::string_view type);
bool HasNdjsonBody(const http::RequestHead& head);

// The name by which the client prefers lines of JSON, from static storage; "" if it does not. It
// must name them: a wildcard asks for nothing in particular. One that names application/json too
// with the same weight gets that: generated clients list every media type of the document and read
// the first. Nothing that Accept says refuses a request.
std::string_view AcceptedNdjson(const http::RequestHead& head);

// The preferences that the gateway knows; all others are ignored, as RFC 7240 wants it. Of one that
// comes twice the first counts.
struct Preferences {
  bool respond_async = false;
  bool return_minimal = false;
};
Preferences PreferencesOf(const http::RequestHead& head);

}  // namespace gateway

#endif  // GATEWAY_API_MEDIA_NEGOTIATION_H_
