// Writes JSON by hand into a string: the hot path's answers are a few short fields. Escapes per RFC
// 8259; invalid UTF-8 becomes U+FFFD, so that an answer is always valid JSON.
#ifndef GATEWAY_API_JSON_JSON_WRITER_H_
#define GATEWAY_API_JSON_JSON_WRITER_H_

#include <cstdint>
#include <string>
#include <string_view>

namespace gateway {

// Appends `text` as a JSON string, with its quotes.
void AppendJsonString(std::string_view text, std::string* out);
void AppendJsonInteger(std::int64_t number, std::string* out);

}  // namespace gateway

#endif  // GATEWAY_API_JSON_JSON_WRITER_H_
