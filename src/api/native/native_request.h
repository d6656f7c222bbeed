// A request in one of the gateway's own wire formats: its records, and where each was in it.
#ifndef GATEWAY_API_NATIVE_NATIVE_REQUEST_H_
#define GATEWAY_API_NATIVE_NATIVE_REQUEST_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "api/format/produce_request.h"
#include "api/native/line_map.h"
#include "service/types/error.h"
#include "service/types/record.h"

namespace gateway {

class NativePlaces final : public RecordPlaces {
 public:
  enum class Form : std::uint8_t {
    kSingle,    // the body is a record
    kArray,     // an array of records
    kMessages,  // an object with an array of records
    kLines,     // one record per line
    kRaw,       // the body is a value
    kRawLines,  // one value per line
    kRawArray,  // an array of values
  };

  // Where record `index` is: "" if the body is the record, "/3", "/messages/3". Lines count as if
  // they were an array: "/3".
  std::string PointerOf(std::size_t index) const;

  // If the body consists of values, every other member is located by its query parameter.
  ErrorDetail Locate(std::size_t index, const Record& record,
                     std::string_view member) const override;
  std::size_t LineOf(std::size_t index) const override { return lines ? lines->LineOf(index) : 0; }

  bool IsSingle() const { return form == Form::kSingle || form == Form::kRaw; }

  Form form = Form::kSingle;
  std::optional<LineMap> lines;    // of kLines and kRawLines
  std::string_view default_topic;  // of kMessages; in the body
};

struct NativeRequest {
  RequestRecords batch;
  NativePlaces places;
  RequestErrors errors;  // as in ProduceRequest

  ProduceRequest ToProduceRequest() &&;
};

// How many records to reserve room for. Most are larger than 256 bytes, and a wrong guess costs
// little.
inline std::size_t ExpectedRecords(std::string_view body, std::size_t max_records) {
  return std::min(max_records, body.size() / 256 + 1);
}

}  // namespace gateway

#endif  // GATEWAY_API_NATIVE_NATIVE_REQUEST_H_
