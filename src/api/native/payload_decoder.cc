#include "api/native/payload_decoder.h"

#include <algorithm>
#include <memory>

#include "api/codec/base64.h"

namespace gateway {

std::string_view PayloadDecoder::NameOf(const JsonSlice& name) {
  if (!name.escaped) return name.Inside();
  name_ = UnescapeJson(name);
  return name_;
}

std::string_view PayloadDecoder::TextOf(const JsonSlice& string, const Place& place,
                                        std::string_view path) {
  if (!string.escaped) return string.Inside();
  if (string.half_pair) {
    errors_->Add(place, path,
                 "A \\u escape is half of a surrogate pair, which is not a character: send both "
                 "halves, or \\ufffd. It is allowed only in JSON that is forwarded unchanged: in "
                 "an object or array, or in a value or key with the encoding \"json\".");
  }
  char* const bytes = static_cast<char*>(batch_->Arena().allocate(string.Inside().size(), 1));
  return {bytes, UnescapeJson(string, bytes)};
}

std::optional<PayloadDecoder::Encoding> PayloadDecoder::EncodingOf(const JsonSlice& slice,
                                                                   const Place& place,
                                                                   std::string_view path) {
  if (slice.kind == JsonKind::kString) {
    const std::string_view name = NameOf(slice);
    if (name == "text") return Encoding::kText;
    if (name == "base64") return Encoding::kBase64;
    if (name == "json") return Encoding::kJson;
  }
  errors_->Add(place, path, R"(An encoding must be "text", "base64" or "json".)");
  return std::nullopt;
}

PayloadDecoder::Bytes PayloadDecoder::PayloadOf(const JsonSlice& slice, Encoding encoding,
                                                const Place& place, const Field& field) {
  if (slice.kind == JsonKind::kNull) return std::nullopt;
  if (encoding == Encoding::kJson) return slice.text;
  if (encoding == Encoding::kBase64) return DecodedBase64(slice, place, field.path);
  if (slice.kind == JsonKind::kString) return TextOf(slice, place, field.path);
  if (field.any_json) return slice.text;
  // A key must be explicit: 1 and "1" must not become the same key by accident.
  errors_->Add(place, field.path,
               {"This must be a string or null, not ", DescribeKind(slice.kind), "; set \"",
                field.encoding_member, "\" to \"json\" to send the JSON text itself."});
  return std::nullopt;
}

PayloadDecoder::Bytes PayloadDecoder::DecodedBase64(const JsonSlice& slice, const Place& place,
                                                    std::string_view path) {
  if (slice.kind != JsonKind::kString) {
    errors_->Add(place, path,
                 {"With the encoding \"base64\" this must be a string or null, not ",
                  DescribeKind(slice.kind), "."});
    return std::nullopt;
  }
  std::string unescaped;  // "\/" is a common way to write '/'
  if (slice.escaped) unescaped = UnescapeJson(slice);
  const std::string_view text = slice.escaped ? std::string_view(unescaped) : slice.Inside();
  const std::size_t room = std::max<std::size_t>(MaxBase64DecodedSize(text.size()), 1);
  char* const bytes = static_cast<char*>(batch_->Arena().allocate(room, 1));
  if (const std::optional<std::size_t> size = DecodeBase64(text, bytes)) {
    return std::string_view(bytes, *size);
  }
  errors_->Add(place, path,
               "This is not base64 (RFC 4648, section 4): A-Z, a-z, 0-9, '+' and '/', padded with "
               "'=' to a multiple of four, no line breaks, no bits after the last byte.");
  return std::nullopt;
}

}  // namespace gateway
