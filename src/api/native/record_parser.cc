#include "api/native/record_parser.h"

#include <algorithm>
#include <array>

#include "api/codec/integer.h"
#include "service/produce/record_validation.h"
#include "service/types/rfc3339.h"

namespace gateway {
namespace {

enum Member : std::size_t {
  kTopic,
  kKey,
  kValue,
  kKeyEncoding,
  kValueEncoding,
  kHeaders,
  kPartition,
  kTimestamp,
  kMembers
};
constexpr std::array<std::string_view, kMembers> kNames = {
    "topic", "key", "value", "keyEncoding", "valueEncoding", "headers", "partition", "timestamp"};

constexpr PayloadDecoder::Field kKeyField{"/key", "keyEncoding", false};
constexpr PayloadDecoder::Field kValueField{"/value", "valueEncoding", true};

constexpr std::string_view kMissingValue =
    "The member \"value\" is missing; send null for a tombstone.";

// A JSON integer without fraction and exponent. Nothing if it is malformed or does not fit.
template <typename Integer>
std::optional<Integer> IntegerOf(const JsonSlice& slice) {
  if (slice.kind != JsonKind::kNumber) return std::nullopt;
  return ParseInteger<Integer>(slice.text);
}

}  // namespace

struct RecordParser::Members {
  std::array<bool, kMembers> seen{};
  JsonSlice key;
  JsonSlice value;
  PayloadDecoder::Encoding key_encoding = PayloadDecoder::Encoding::kText;
  PayloadDecoder::Encoding value_encoding = PayloadDecoder::Encoding::kText;
  bool key_encoding_known = true;  // it is absent or a valid encoding
  bool value_encoding_known = true;
};

bool RecordParser::ReadRecord(JsonReader* reader, const Place& place, Record* record) {
  if (reader->Next() != '{') {
    JsonSlice other;
    if (!reader->ReadValue(&other)) return false;
    record->topic = kUnreadTopic;
    errors_->Add(place, "",
                 {"A record must be a JSON object, not ", DescribeKind(other.kind), "."});
    return true;
  }
  Members members;
  const bool read = reader->ReadObject(
      [&](const JsonSlice& name) { return ReadMember(reader, place, name, &members, record); });
  if (!read) return false;

  if (members.seen[kKey] && members.key_encoding_known) {
    record->key = decoder_->PayloadOf(members.key, members.key_encoding, place, kKeyField);
  }
  if (!members.seen[kValue]) {
    errors_->Add(place, "", kMissingValue);
  } else if (members.value_encoding_known) {
    record->value = decoder_->PayloadOf(members.value, members.value_encoding, place, kValueField);
  }
  return true;
}

bool RecordParser::ReadMember(JsonReader* reader, const Place& place, const JsonSlice& name,
                              Members* members, Record* record) {
  const std::string_view called = decoder_->NameOf(name);
  const auto member =
      static_cast<std::size_t>(std::find(kNames.begin(), kNames.end(), called) - kNames.begin());
  JsonSlice slice;
  if (member == kMembers) {
    errors_->AddUnknown(place, called, kNames);
    return reader->ReadValue(&slice);
  }
  if (members->seen[member]) {
    errors_->AddDuplicate(place, called);
    return reader->ReadValue(&slice);
  }
  members->seen[member] = true;
  if (member == kTopic) return ReadTopic(reader, place, &record->topic);
  if (member == kHeaders) return headers_->Read(reader, place, &record->headers);
  if (!reader->ReadValue(&slice)) return false;
  switch (member) {
    case kKey:
      members->key = slice;
      break;
    case kValue:
      members->value = slice;
      break;
    case kKeyEncoding: {
      const std::optional<PayloadDecoder::Encoding> encoding =
          decoder_->EncodingOf(slice, place, "/keyEncoding");
      members->key_encoding_known = encoding.has_value();
      if (encoding) members->key_encoding = *encoding;
      break;
    }
    case kValueEncoding: {
      const std::optional<PayloadDecoder::Encoding> encoding =
          decoder_->EncodingOf(slice, place, "/valueEncoding");
      members->value_encoding_known = encoding.has_value();
      if (encoding) members->value_encoding = *encoding;
      break;
    }
    case kPartition:
      record->partition = PartitionOf(slice, place);
      break;
    case kTimestamp:
      record->timestamp = TimestampOf(slice, place);
      break;
    default:
      break;
  }
  return true;
}

bool RecordParser::ReadTopic(JsonReader* reader, const Place& place, std::string_view* topic) {
  JsonSlice slice;
  if (!reader->ReadValue(&slice)) return false;
  if (slice.kind == JsonKind::kString) {
    *topic = decoder_->TextOf(slice, place, "/topic");
    if (slice.half_pair) *topic = kUnreadTopic;
    return true;
  }
  *topic = kUnreadTopic;
  errors_->Add(place, "/topic", {"A topic must be a string, not ", DescribeKind(slice.kind), "."});
  return true;
}

std::optional<Partition> RecordParser::PartitionOf(const JsonSlice& slice, const Place& place) {
  const std::optional<Partition> partition = IntegerOf<Partition>(slice);
  if (!partition) {
    errors_->Add(place, "/partition", kPartitionRule);
  }
  return partition;
}

std::optional<TimestampMs> RecordParser::TimestampOf(const JsonSlice& slice, const Place& place) {
  std::optional<TimestampMs> timestamp;
  if (slice.kind == JsonKind::kString) {
    timestamp = ParseRfc3339(decoder_->NameOf(slice));
  } else {
    timestamp = IntegerOf<TimestampMs>(slice);
  }
  if (!timestamp) {
    errors_->Add(
        place, "/timestamp",
        "A timestamp must be an integer, milliseconds since 1970-01-01T00:00:00Z, at least 1, "
        "or an RFC 3339 string such as \"2026-01-02T03:04:05.678Z\"; leave it out to mean now.");
  }
  return timestamp;
}

}  // namespace gateway
