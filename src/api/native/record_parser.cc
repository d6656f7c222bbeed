#include "api/native/record_parser.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <string>

#include "api/codec/base64.h"
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
  Encoding key_encoding = Encoding::kText;
  Encoding value_encoding = Encoding::kText;
  bool key_encoding_known = true;  // it is absent or a valid encoding
  bool value_encoding_known = true;
};

std::string_view RecordParser::NameOf(const JsonSlice& name) {
  if (!name.escaped) return name.Inside();
  name_ = UnescapeJson(name);
  return name_;
}

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
    record->key = PayloadOf(members.key, members.key_encoding, place, kKeyField);
  }
  if (!members.seen[kValue]) {
    errors_->Add(place, "", kMissingValue);
  } else if (members.value_encoding_known) {
    record->value = PayloadOf(members.value, members.value_encoding, place, kValueField);
  }
  return true;
}

bool RecordParser::ReadMember(JsonReader* reader, const Place& place, const JsonSlice& name,
                              Members* members, Record* record) {
  const std::string_view called = NameOf(name);
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
  if (member == kHeaders) return ReadHeaders(reader, place, &record->headers);
  if (!reader->ReadValue(&slice)) return false;
  switch (member) {
    case kKey:
      members->key = slice;
      break;
    case kValue:
      members->value = slice;
      break;
    case kKeyEncoding: {
      const std::optional<Encoding> encoding = EncodingOf(slice, place, "/keyEncoding");
      members->key_encoding_known = encoding.has_value();
      if (encoding) members->key_encoding = *encoding;
      break;
    }
    case kValueEncoding: {
      const std::optional<Encoding> encoding = EncodingOf(slice, place, "/valueEncoding");
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
    *topic = TextOf(slice, place, "/topic");
    if (slice.half_pair) *topic = kUnreadTopic;
    return true;
  }
  *topic = kUnreadTopic;
  errors_->Add(place, "/topic", {"A topic must be a string, not ", DescribeKind(slice.kind), "."});
  return true;
}

std::string_view RecordParser::TextOf(const JsonSlice& string, const Place& place,
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

std::optional<RecordParser::Encoding> RecordParser::EncodingOf(const JsonSlice& slice,
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

RecordParser::Bytes RecordParser::PayloadOf(const JsonSlice& slice, Encoding encoding,
                                            const Place& place, const PayloadField& field) {
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

RecordParser::Bytes RecordParser::DecodedBase64(const JsonSlice& slice, const Place& place,
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
    timestamp = ParseRfc3339(NameOf(slice));
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
