// The wire formats of POST /api/kafka/send and /api/kafka/send/batch: bytes in, records out.
// Everything is validated before anything is sent, and every fault is reported with a JSON pointer.
// Pure functions; any thread.
//
// The bytes of a JSON `value` are forwarded exactly as they came: 1e400, key order, spacing and
// 30-digit integers survive. They are checked all the same: what this accepts is valid JSON (RFC
// 8259) in valid UTF-8, nested no deeper than kMaxValueDepth inside a value.
#ifndef GATEWAY_API_DTO_PRODUCE_REQUEST_H_
#define GATEWAY_API_DTO_PRODUCE_REQUEST_H_

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "dto/json_reader.h"
#include "dto/line_map.h"
#include "problem.h"
#include "record.h"
#include "result.h"

namespace gateway {

// A batch's default headers go into each of its records, so their number is bounded here already:
// a few bytes of body must not become gigabytes of headers.
inline constexpr std::size_t kMaxDefaultHeaders = 100;

// What a request body says.
struct ProduceRequest {
  RecordBatch batch;
  enum class Form { kSingle, kArray, kMessages, kLines } form = Form::kSingle;
  std::shared_ptr<LineMap> lines;  // null unless each record is a line

  bool IsSingle() const { return form == Form::kSingle; }

  // Where record `index` stands: "" for a single, "/3", "/messages/3"; with one record a line "/3"
  // too, as if the lines were an array.
  std::string PointerOf(std::size_t index) const;

  // Says where each fault is in the words of the form: with one record a line also its line.
  void Locate(std::vector<ErrorDetail>* errors) const;
};

// `body` must have a capacity of at least its size + kBodyPadding; it moves into the batch.
// Problems: kInvalidJson (detail with the byte offset), kInvalidRecord (up to kMaxErrorDetails
// errors), kTooManyRecords (more than `max_records`, found before they are all parsed).
Result<ProduceRequest, Problem> ParseSendRequest(std::string body);
Result<ProduceRequest, Problem> ParseBatchRequest(std::string body, std::size_t max_records);
// application/x-ndjson: a record a line, which LF or CRLF ends (the last need not end). Lines of
// white space only are skipped and do not count.
Result<ProduceRequest, Problem> ParseLinesRequest(std::string body, std::size_t max_records);

}  // namespace gateway

#endif  // GATEWAY_API_DTO_PRODUCE_REQUEST_H_
