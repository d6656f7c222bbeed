// Decodes the JSON values of a record's members: names, and the bytes of keys, values and headers
// in their encoding. The results point into the text where its bytes can be used unchanged, and
// into the batch's arena where they had to be decoded. One per parse.
#ifndef GATEWAY_API_NATIVE_PAYLOAD_DECODER_H_
#define GATEWAY_API_NATIVE_PAYLOAD_DECODER_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "api/json/json_slice.h"
#include "api/native/validation_errors.h"
#include "service/types/record.h"

namespace gateway {

class PayloadDecoder final {
 public:
  enum class Encoding : std::uint8_t { kText, kBase64, kJson };
  using Bytes = std::optional<std::string_view>;

  // A member with bytes, and its allowed forms.
  struct Field {
    std::string_view path;
    std::string_view encoding_member;
    bool any_json;  // a value other than a string is its own JSON text, even without "json"
  };

  PayloadDecoder(RequestRecords* batch, ValidationErrors* errors)
      : batch_(batch), errors_(errors) {}

  // The name of a member. Valid until the next call.
  std::string_view NameOf(const JsonSlice& name);
  // The text of a string at `path` under `place`.
  std::string_view TextOf(const JsonSlice& string, const Place& place, std::string_view path);
  // The encoding in `slice`; nothing, after reporting it, if that is not an encoding.
  std::optional<Encoding> EncodingOf(const JsonSlice& slice, const Place& place,
                                     std::string_view path);
  // The bytes; nothing for null, and nothing after reporting an error.
  Bytes PayloadOf(const JsonSlice& slice, Encoding encoding, const Place& place,
                  const Field& field);

 private:
  Bytes DecodedBase64(const JsonSlice& slice, const Place& place, std::string_view path);

  RequestRecords* batch_;
  ValidationErrors* errors_;
  std::string name_;
};

}  // namespace gateway

#endif  // GATEWAY_API_NATIVE_PAYLOAD_DECODER_H_
