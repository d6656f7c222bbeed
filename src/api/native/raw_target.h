// Reads the target and headers of POST /api/kafka/topics/{topic}, which have everything about its
// records except their values. The results point into the batch's arena. One per request.
#ifndef GATEWAY_API_NATIVE_RAW_TARGET_H_
#define GATEWAY_API_NATIVE_RAW_TARGET_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "api/http/message.h"
#include "api/native/validation_errors.h"
#include "service/types/record.h"

namespace gateway {

class RawTarget final {
 public:
  RawTarget(RequestRecords* batch, ValidationErrors* errors) : batch_(batch), errors_(errors) {}

  // Call each function once; errors go to the ValidationErrors. The topic is absent if its
  // percent-encoding is malformed.
  void ReadTopic(std::optional<std::string_view> topic);
  void ReadQuery(std::string_view query);
  // `Kafka-Header-NAME: value`, and Content-Type if it describes a value.
  void ReadFields(const http::RequestHead& head, bool with_content_type);

  // A record without its value.
  Record MakeRecord();
  bool tombstone() const { return tombstone_; }

  // The value of ?split=.
  enum class Split : std::uint8_t { kNone, kArray, kUnknown };
  Split split() const { return split_; }

 private:
  enum Name : std::size_t { kKey, kPartition, kTimestamp, kHeader, kTombstone, kSplit, kNames };
  static constexpr std::array<std::string_view, kNames> kKnown = {
      "key", "partition", "timestamp", "header", "tombstone", "split"};

  void ReadValue(Name name, std::string_view value);  // decoded
  void ReadHeader(std::string_view value);

  RequestRecords* batch_;
  ValidationErrors* errors_;
  Record record_;
  std::vector<Header> headers_;
  bool tombstone_ = false;
  Split split_ = Split::kNone;
};

}  // namespace gateway

#endif  // GATEWAY_API_NATIVE_RAW_TARGET_H_
