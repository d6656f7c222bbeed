// Parses one record, the object `{"topic":…,"key":…,"value":…,…}` of the wire format, and headers.
// The results point into the text where its bytes can be used unchanged, and into the batch's arena
// where they had to be decoded. One per parse.
#ifndef GATEWAY_API_NATIVE_RECORD_PARSER_H_
#define GATEWAY_API_NATIVE_RECORD_PARSER_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "api/json/json_reader.h"
#include "api/native/validation_errors.h"
#include "service/types/record.h"

namespace gateway {

// A topic, or default topic, that is present but unreadable: it is not missing, and its error has
// already been reported. Identified by its address; a literal would have a different one in each
// file.
inline constexpr char kUnreadTopicByte = '?';
inline constexpr std::string_view kUnreadTopic(&kUnreadTopicByte, 1);

class RecordParser final {
 public:
  RecordParser(RequestRecords* batch, ValidationErrors* errors) : batch_(batch), errors_(errors) {}

  // Reads the next value as the record at `place`. False: the JSON is invalid. Errors of the record
  // go to the ValidationErrors. If the topic is missing, `topic.data()` is null; the caller reports
  // that, because there may be a default.
  bool ReadRecord(JsonReader* reader, const Place& place, Record* record);

  // Reads the next value as the member "headers" of the object at `place`. False: the JSON is
  // invalid.
  bool ReadHeaders(JsonReader* reader, const Place& place, std::span<const Header>* headers);

  // Reads the next value as the member "topic" of the object at `place`.
  bool ReadTopic(JsonReader* reader, const Place& place, std::string_view* topic);

  // `defaults` except those with the name of one of `own`, followed by `own`; in the arena.
  std::span<const Header> MergeHeaders(std::span<const Header> defaults,
                                       std::span<const Header> own);

  // The name of a member of the envelope, decoded. Valid until the next call.
  std::string_view NameOf(const JsonSlice& name);

 private:
  enum class Encoding : std::uint8_t { kText, kBase64, kJson };
  using Bytes = std::optional<std::string_view>;

  // A member with bytes, and its allowed forms.
  struct PayloadField {
    std::string_view path;
    std::string_view encoding_member;
    bool any_json;  // a value other than a string is its own JSON text, even without "json"
  };
  static constexpr PayloadField kKeyField{"/key", "keyEncoding", false};
  static constexpr PayloadField kValueField{"/value", "valueEncoding", true};
  static constexpr PayloadField kHeaderField{"/value", "encoding", false};

  // The members of a record before they are validated.
  struct Members;

  bool ReadMember(JsonReader* reader, const Place& place, const JsonSlice& name, Members* members,
                  Record* record);
  bool ReadHeaderArray(JsonReader* reader, const Place& place);
  bool ReadHeaderObject(JsonReader* reader, const Place& place);
  bool ReadHeaderEntry(JsonReader* reader, const Place& place);
  Header HeaderOf(const std::optional<JsonSlice>& name, const std::optional<JsonSlice>& value,
                  const std::optional<JsonSlice>& encoding, const Place& place);
  void RefuseDuplicateHeaders(const Place& place);

  // The text of a string at `path` under `place`.
  std::string_view TextOf(const JsonSlice& string, const Place& place, std::string_view path);
  std::optional<Encoding> EncodingOf(const JsonSlice& slice, const Place& place,
                                     std::string_view path);
  Bytes PayloadOf(const JsonSlice& slice, Encoding encoding, const Place& place,
                  const PayloadField& field);
  Bytes DecodedBase64(const JsonSlice& slice, const Place& place, std::string_view path);
  std::optional<Partition> PartitionOf(const JsonSlice& slice, const Place& place);
  std::optional<TimestampMs> TimestampOf(const JsonSlice& slice, const Place& place);

  RequestRecords* batch_;
  ValidationErrors* errors_;
  std::vector<Header> headers_;  // of the current record
  std::string name_;
};

}  // namespace gateway

#endif  // GATEWAY_API_NATIVE_RECORD_PARSER_H_
