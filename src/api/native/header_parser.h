// Parses the headers of records, in their object and their array form, and merges default headers
// with those of a record. One per parse.
#ifndef GATEWAY_API_NATIVE_HEADER_PARSER_H_
#define GATEWAY_API_NATIVE_HEADER_PARSER_H_

#include <optional>
#include <span>
#include <vector>

#include "api/json/json_reader.h"
#include "api/native/payload_decoder.h"
#include "api/native/validation_errors.h"
#include "service/types/record.h"

namespace gateway {

class HeaderParser final {
 public:
  HeaderParser(RequestRecords* batch, ValidationErrors* errors, PayloadDecoder* decoder)
      : batch_(batch), errors_(errors), decoder_(decoder) {}

  // Reads the next value as the member "headers" of the object at `place`. False: the JSON is
  // invalid.
  bool Read(JsonReader* reader, const Place& place, std::span<const Header>* headers);

  // `defaults` except those with the name of one of `own`, followed by `own`; in the arena.
  std::span<const Header> Merge(std::span<const Header> defaults, std::span<const Header> own);

 private:
  bool ReadArray(JsonReader* reader, const Place& place);
  bool ReadObject(JsonReader* reader, const Place& place);
  bool ReadEntry(JsonReader* reader, const Place& place);
  Header HeaderOf(const std::optional<JsonSlice>& name, const std::optional<JsonSlice>& value,
                  const std::optional<JsonSlice>& encoding, const Place& place);
  void RefuseDuplicates(const Place& place);

  RequestRecords* batch_;
  ValidationErrors* errors_;
  PayloadDecoder* decoder_;
  std::vector<Header> headers_;  // of the current record
};

}  // namespace gateway

#endif  // GATEWAY_API_NATIVE_HEADER_PARSER_H_
