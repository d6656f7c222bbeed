// Why a connection refuses a request: the error in HTTP's terms, with its numbers.
// HttpHandler::OnRefused makes an answer of it.
#ifndef GATEWAY_API_HTTP_REQUEST_ERROR_H_
#define GATEWAY_API_HTTP_REQUEST_ERROR_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace gateway::http {

// After any of these the connection closes: it is unknown where the next request would start.
struct RequestError {
  enum class Kind : std::uint8_t {
    // The head.
    kMalformed,              // breaks RFC 9110 or RFC 9112; `reason` is a sentence
    kRequestLineTooLong,     // its target exceeds `limit` bytes; not read to its end
    kTargetTooLong,          // `size` bytes, beyond `limit`
    kHeadTooLarge,           // more than `limit` bytes
    kTooManyFields,          // more than `limit`
    kUnknownMethod,          // not one of HTTP's
    kUnsupportedVersion,     // `reason` is the version, such as "HTTP/2.0"
    kUnknownExpectation,     // other than 100-continue
    kUnknownTransferCoding,  // other than chunked
    kHeadTimeout,            // the head was not complete in time
    kVerdictTimeout,         // the handler did not decide on it in time (HeadVerdict::later)
    // The body.
    kBodyTooLarge,      // more than `limit` bytes; `size` if its Content-Length says so
    kTrailersTooLarge,  // a chunk extension or the trailers exceed `limit` bytes
    kBodyTimeout,       // the body was not complete in time, or came too slowly
    kUndecodable,       // not in the `coding` that was announced; `reason` ends a sentence
    kDecodedTooLarge,   // more than `limit` bytes once decoded
    kExpandsTooMuch,    // grows more than `limit`-fold when it is decoded
    kNoMemory,          // for a decoder
    kNoRoom,            // RequestState::OnBodyBytes has refused it
    // No request at all.
    kTooManyConnections,
  };

  Kind kind = Kind::kMalformed;
  std::string reason = {};
  std::uint64_t limit = 0;
  std::optional<std::uint64_t> size = {};
  std::string_view coding = {};  // static storage
};

inline RequestError Malformed(std::string reason) {
  return {RequestError::Kind::kMalformed, std::move(reason)};
}
inline RequestError Exceeds(RequestError::Kind kind, std::uint64_t limit,
                            std::optional<std::uint64_t> size = std::nullopt) {
  return {kind, {}, limit, size};
}

}  // namespace gateway::http

#endif  // GATEWAY_API_HTTP_REQUEST_ERROR_H_
