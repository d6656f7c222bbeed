// An HTTP request and its answer, as the rest of `api` sees them. Views in a RequestHead point into
// the connection's head buffer: valid until the handler returns; copy what must live longer.
#ifndef GATEWAY_API_HTTP_MESSAGE_H_
#define GATEWAY_API_HTTP_MESSAGE_H_

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gateway::http {

class ResponseStream;

// The methods of RFC 9110, PATCH (RFC 5789) and QUERY (draft-ietf-httpbis-safe-method-w-body).
// kUnknown is answered 501 before a handler sees it.
enum class Method : std::uint8_t {
  kGet,
  kHead,
  kPost,
  kPut,
  kDelete,
  kPatch,
  kQuery,
  kOptions,
  kTrace,
  kConnect,
  kUnknown
};

std::string_view MethodName(Method method);

// The content codings that can be decoded (body_decoder.h).
enum class ContentCoding : std::uint8_t { kIdentity, kGzip, kZstd, kDeflate };

struct HeaderField {
  std::string_view name;
  std::string_view value;  // without surrounding white space
};

// Compares field names and tokens, ignoring the case of ASCII letters (RFC 9110, 5.1), independent
// of the locale.
inline char LowerCase(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}
std::string LowerCase(std::string_view text);
bool EqualLettersIgnoringCase(std::string_view a, std::string_view b);  // of the same size
// Inline, because nearly all comparisons end with the size or the first letter.
inline bool EqualsIgnoreCase(std::string_view a, std::string_view b) {
  return a.size() == b.size() && (a.empty() || LowerCase(a.front()) == LowerCase(b.front())) &&
         EqualLettersIgnoringCase(a, b);
}

struct RequestHead {
  Method method = Method::kUnknown;
  std::string_view method_name;
  std::string_view path;   // the target's path, not percent-decoded; "*" for OPTIONS *
  std::string_view query;  // after the "?", without it
  int minor_version = 1;   // HTTP/1.x
  bool keep_alive = true;
  bool chunked = false;
  bool expects_continue = false;
  std::optional<std::uint64_t> content_length;
  std::vector<HeaderField> fields;  // in order, duplicates kept

  bool HasBody() const { return chunked || content_length.value_or(0) > 0; }
  // The first field of that name; absent if there is none.
  std::optional<std::string_view> Find(std::string_view name) const;
};

struct Request {
  const RequestHead& head;
  std::string body;  // decoded
  // As sent by the client: without chunk framing, but still with its Content-Encoding.
  std::size_t sent_body_bytes = 0;
  // Start of the I/O loop iteration that read the last byte.
  std::chrono::steady_clock::time_point complete_at{};
};

struct Response {
  int status = 200;
  std::string_view content_type;                                  // static storage; empty: none
  std::vector<std::pair<std::string_view, std::string>> headers;  // names in static storage
  std::string body;
  std::shared_ptr<const std::string> shared_body;  // instead of `body`, shared by many answers
  std::shared_ptr<ResponseStream> stream;          // instead of both: still being written
  bool close = false;                              // close the connection after this answer
  // The connection reads no further request for this long.
  std::chrono::milliseconds pause{};
  // Not sent: the error.type for log lines and spans, if any; static storage.
  std::string_view error_type;

  std::string_view Body() const { return shared_body ? *shared_body : body; }
};

// The standard reason phrase; "" for a status that the gateway does not use.
std::string_view ReasonPhrase(int status);

}  // namespace gateway::http

#endif  // GATEWAY_API_HTTP_MESSAGE_H_
