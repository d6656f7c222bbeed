// Parses one record, the object `{"topic":…,"key":…,"value":…,…}` of the wire format. One per
// parse.
#ifndef GATEWAY_API_NATIVE_RECORD_PARSER_H_
#define GATEWAY_API_NATIVE_RECORD_PARSER_H_

#include <optional>
#include <string_view>

#include "api/json/json_reader.h"
#include "api/native/header_parser.h"
#include "api/native/payload_decoder.h"
#include "api/native/validation_errors.h"
#include "service/types/record.h"

namespace gateway {

// Stands for a topic, or default topic, that is present but could not be read: its error has been
// reported, so it must not be reported as missing. Compared by address, which must be the same in
// all files.
inline constexpr char kUnreadTopicByte = '?';
inline constexpr std::string_view kUnreadTopic(&kUnreadTopicByte, 1);

class RecordParser final {
 public:
  RecordParser(ValidationErrors* errors, PayloadDecoder* decoder, HeaderParser* headers)
      : errors_(errors), decoder_(decoder), headers_(headers) {}

  // Reads the next value as the record at `place`. False: the JSON is invalid. Errors of the record
  // go to the ValidationErrors. If the topic is missing, `topic.data()` is null; the caller reports
  // that, because there may be a default.
  bool ReadRecord(JsonReader* reader, const Place& place, Record* record);

  // Reads the next value as the member "topic" of the object at `place`.
  bool ReadTopic(JsonReader* reader, const Place& place, std::string_view* topic);

 private:
  // The members of a record before they are validated.
  struct Members;

  bool ReadMember(JsonReader* reader, const Place& place, const JsonSlice& name, Members* members,
                  Record* record);
  std::optional<Partition> PartitionOf(const JsonSlice& slice, const Place& place);
  std::optional<TimestampMs> TimestampOf(const JsonSlice& slice, const Place& place);

  ValidationErrors* errors_;
  PayloadDecoder* decoder_;
  HeaderParser* headers_;
};

}  // namespace gateway

#endif  // GATEWAY_API_NATIVE_RECORD_PARSER_H_
