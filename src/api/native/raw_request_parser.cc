#include "api/native/raw_request_parser.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <optional>
#include <utility>

#include "api/media/negotiation.h"
#include "api/native/body_start.h"
#include "api/native/json_body.h"
#include "api/native/raw_target.h"
#include "api/native/validation_errors.h"

namespace gateway {
namespace {

constexpr std::string_view kSplitsJson =
    "\"split=array\" requires a body of the media type application/json; with application/x-ndjson "
    "each line is a record anyway. Set the Content-Type, or leave \"split\" out.";

NativeRequest RequestOf(NativePlaces::Form form, std::string body) {
  NativeRequest request;
  request.places.form = form;
  request.batch.SetBody(std::move(body));
  return request;
}

// A forgotten or lost body must not become a record: an empty value must be explicit.
bool SaysThatItIsEmpty(const http::RequestHead& head) {
  return head.content_length == 0 && head.Find("Content-Type");
}

// Makes each non-empty line the value of a record, otherwise like `shared`. False: there are more
// than `max_records`.
bool SplitLines(const Record& shared, std::size_t max_records, NativeRequest* request) {
  const std::string_view body = request->batch.body;
  std::vector<Record>& records = request->batch.records;
  records.reserve(ExpectedRecords(body, max_records));
  std::size_t at = 0;
  for (std::size_t line = 1; at < body.size(); ++line) {
    const void* const feed = std::memchr(body.data() + at, '\n', body.size() - at);
    const std::size_t end =
        feed == nullptr ? body.size()
                        : static_cast<std::size_t>(static_cast<const char*>(feed) - body.data());
    std::string_view value = body.substr(at, end - at);
    at = end + 1;
    if (feed != nullptr && value.ends_with('\r')) value.remove_suffix(1);
    if (value.empty()) continue;
    if (records.size() == max_records) return false;
    request->places.lines->Add(records.size(), line);
    records.emplace_back(shared).value = value;
  }
  return true;
}

// Makes each element of the array the value of a record, otherwise like `shared`. Returns nothing,
// or why the body is not JSON.
std::optional<Problem> SplitArray(const Record& shared, std::size_t max_records,
                                  NativeRequest* request, ValidationErrors* errors) {
  const std::string_view body = request->batch.body;
  if (std::optional<Problem> problem = CheckJsonEncoding(body)) return problem;
  JsonReader reader(body);
  JsonSlice value;
  if (reader.Next() != '[') {
    if (!reader.ReadValue(&value) || !reader.ReadEnd()) return JsonProblem(body, reader);
    errors->Add(
        {}, "",
        {"With \"split=array\" the body must be a JSON array, whose elements become records, not ",
         DescribeKind(value.kind), "."});
    return std::nullopt;
  }
  std::vector<Record>& records = request->batch.records;
  records.reserve(ExpectedRecords(body, max_records));
  bool too_many = false;
  const bool read = reader.ReadArray([&] {
    too_many = records.size() == max_records;
    if (too_many || !reader.ReadValue(&value)) return false;
    records.emplace_back(shared).value = value.text;
    return true;
  });
  if (too_many) {
    errors->AddTooMany("", max_records);
    return std::nullopt;
  }
  if (!read || !reader.ReadEnd()) return JsonProblem(body, reader);
  if (records.empty()) errors->Add({}, "", "The array has no elements; send at least one.");
  return std::nullopt;
}

// Reads the body and headers of a request with ?split=array. Returns nothing, or why the body is
// not JSON.
std::optional<Problem> ReadArray(const http::RequestHead& head, std::size_t max_records,
                                 RawTarget* target, NativeRequest* request,
                                 ValidationErrors* errors) {
  request->places.form = NativePlaces::Form::kRawArray;
  target->ReadFields(head, false);
  if (target->tombstone()) {
    errors->AddParameter(
        "tombstone",
        {"A tombstone has no value, but the elements of the array are values: leave it out."});
  }
  const Record shared = target->MakeRecord();
  if (!http::EqualsIgnoreCase(MediaTypeOf(head), kJsonMediaType)) {
    errors->AddParameter("split", {kSplitsJson});
  } else if (auto problem = SplitArray(shared, max_records, request, errors)) {
    return problem;
  }
  // Errors of the key and the headers are listed even if there is no element.
  if (request->batch.records.empty()) request->batch.records.push_back(shared);
  return std::nullopt;
}

}  // namespace

Result<NativeRequest, Problem> ParseRawRequest(std::optional<std::string_view> topic,
                                               const http::RequestHead& head, std::string body,
                                               std::size_t max_records) {
  NativeRequest request = RequestOf(NativePlaces::Form::kRaw, std::move(body));
  ValidationErrors errors;
  RawTarget target(&request.batch, &errors);
  target.ReadTopic(topic);
  target.ReadQuery(head.query);
  if (target.split() == RawTarget::Split::kArray) {
    if (auto problem = ReadArray(head, max_records, &target, &request, &errors)) {
      return std::move(*problem);
    }
    request.errors = errors.Take();
    return request;
  }
  target.ReadFields(head, true);
  if (target.tombstone() && !request.batch.body.empty()) {
    errors.AddParameter(
        "tombstone",
        {"A tombstone has no value, but the request has a body: leave one of them out."});
  }
  // Unless the query has errors, because its tombstone parameter may be one of them.
  if (errors.empty() && !target.tombstone() && request.batch.body.empty() &&
      !SaysThatItIsEmpty(head)) {
    errors.Add({}, "",
               "The request has no body; was curl's --data-binary forgotten? For an empty value "
               "send Content-Length: 0 and a Content-Type, for null ?tombstone=true.");
  }
  Record& record = request.batch.records.emplace_back(target.MakeRecord());
  if (!target.tombstone() && target.split() == RawTarget::Split::kNone) {
    record.value = request.batch.body;
  }
  request.errors = errors.Take();
  return request;
}

Result<NativeRequest, Problem> ParseRawLinesRequest(std::optional<std::string_view> topic,
                                                    const http::RequestHead& head, std::string body,
                                                    std::size_t max_records) {
  NativeRequest request = RequestOf(NativePlaces::Form::kRawLines, std::move(body));
  request.places.lines.emplace();
  ValidationErrors errors;
  RawTarget target(&request.batch, &errors);
  target.ReadTopic(topic);
  target.ReadQuery(head.query);
  target.ReadFields(head, false);
  if (target.tombstone()) {
    errors.AddParameter(
        "tombstone",
        {"A tombstone has no value, but the lines of the body are values: leave it out."});
  }
  if (target.split() == RawTarget::Split::kArray) errors.AddParameter("split", {kSplitsJson});
  const Record shared = target.MakeRecord();
  if (const auto foreign = DescribeForeignStart(request.batch.body)) {
    errors.Add({}, "", *foreign);
  } else if (!SplitLines(shared, max_records, &request)) {
    errors.AddTooMany("", max_records);
  } else if (request.batch.records.empty()) {
    errors.Add({}, "", "The body has no non-empty line; send at least one.");
  }
  // Errors of the key and the headers are listed at once, even if there is no line.
  if (request.batch.records.empty()) request.batch.records.push_back(shared);
  request.errors = errors.Take();
  return request;
}

}  // namespace gateway
