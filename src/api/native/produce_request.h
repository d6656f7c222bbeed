// A parsed request, whatever its wire format: the records, and how to name a place in it.
#ifndef GATEWAY_API_NATIVE_PRODUCE_REQUEST_H_
#define GATEWAY_API_NATIVE_PRODUCE_REQUEST_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "api/native/line_map.h"
#include "service/produce/request_errors.h"
#include "service/types/error.h"
#include "service/types/record.h"

namespace gateway {

struct ProduceRequest {
  enum class Form : std::uint8_t {
    kSingle,    // the body is a record
    kArray,     // an array of records
    kMessages,  // an object with an array of records
    kLines,     // one record per line
    kRaw,       // the body is a value
    kRawLines,  // one value per line
    kRawArray,  // an array of values
  };

  RequestRecords batch;
  Form form = Form::kSingle;
  std::shared_ptr<LineMap> lines;  // null unless the records are lines
  std::string_view default_topic;  // of kMessages

  // The errors of the request. If there are any, `records` has only what could be parsed, to be
  // validated as well (ProduceService::Refuse).
  RequestErrors errors;

  bool IsSingle() const { return form == Form::kSingle || form == Form::kRaw; }

  // The pointer to record `index`: "" if the body is the record, "/3", "/messages/3"; with one
  // record per line "/3" too, as if the lines were an array.
  std::string PointerOf(std::size_t index) const;

  // The place of a record's `member` ("/topic"; "": the record) in this form: with one record per
  // line also its line; for a body of values, the corresponding query parameter.
  ErrorDetail Locate(std::size_t index, const Record& record, std::string_view member) const;
};

}  // namespace gateway

#endif  // GATEWAY_API_NATIVE_PRODUCE_REQUEST_H_
