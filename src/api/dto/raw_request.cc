#include "dto/raw_request.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <utility>

#include "dto/body_start.h"
#include "dto/fault_list.h"
#include "dto/raw_target.h"

namespace gateway {
namespace {

ProduceRequest RequestOf(ProduceRequest::Form form, std::string body) {
  ProduceRequest request;
  request.form = form;
  request.batch.body = std::move(body);
  // Records keep pointing into the bytes when the string moves, which the capacity ensures.
  request.batch.body.reserve(request.batch.body.size() + kBodyPadding);
  return request;
}

// A forgotten body must not become a record, nor one that broke off between two programs: who means
// an empty value says so.
bool SaysThatItIsEmpty(const http::RequestHead& head) {
  return head.content_length == 0 && head.Find("Content-Type");
}

// Makes each line that is not empty a record with that value, otherwise like `shared`. False: there
// are more than `max_records`.
bool SplitLines(const Record& shared, std::size_t max_records, ProduceRequest* request) {
  const std::string_view body = request->batch.body;
  std::vector<Record>& records = request->batch.records;
  // Most lines are larger than this, and a wrong guess costs little.
  constexpr std::size_t kTypicalBytes = 256;
  records.reserve(std::min(max_records, body.size() / kTypicalBytes + 1));
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
    request->lines->Add(records.size(), line);
    records.emplace_back(shared).value = value;
  }
  return true;
}

}  // namespace

Result<ProduceRequest, Problem> ParseRawRequest(std::string_view topic,
                                                const http::RequestHead& head, std::string body) {
  ProduceRequest request = RequestOf(ProduceRequest::Form::kRaw, std::move(body));
  FaultList faults;
  RawTarget target(&request.batch, &faults);
  target.ReadTopic(topic);
  target.ReadQuery(head.query);
  target.ReadFields(head, true);
  if (target.tombstone() && !request.batch.body.empty()) {
    faults.AddParameter(
        "tombstone",
        {"A tombstone has no value, and the request has a body: leave one of them out."});
  }
  // Unless the query has faults: what it says of a tombstone may be among them.
  if (faults.empty() && !target.tombstone() && request.batch.body.empty() &&
      !SaysThatItIsEmpty(head)) {
    faults.Add({}, "",
               "The request has no body; was curl's --data-binary forgotten? An empty value has "
               "Content-Length: 0 and a Content-Type, null is ?tombstone=true.");
  }
  Record& record = request.batch.records.emplace_back(target.MakeRecord());
  if (!target.tombstone()) record.value = request.batch.body;
  request.faults = faults.Take();
  return request;
}

Result<ProduceRequest, Problem> ParseRawLinesRequest(std::string_view topic,
                                                     const http::RequestHead& head,
                                                     std::string body, std::size_t max_records) {
  ProduceRequest request = RequestOf(ProduceRequest::Form::kRawLines, std::move(body));
  request.lines = std::make_shared<LineMap>();
  FaultList faults;
  RawTarget target(&request.batch, &faults);
  target.ReadTopic(topic);
  target.ReadQuery(head.query);
  target.ReadFields(head, false);
  if (target.tombstone()) {
    faults.AddParameter(
        "tombstone",
        {"A tombstone has no value, and the lines of the body are values: leave it out."});
  }
  const Record shared = target.MakeRecord();
  if (const auto foreign = DescribeForeignStart(request.batch.body)) {
    faults.Add({}, "", *foreign);
  } else if (!SplitLines(shared, max_records, &request)) {
    faults.AddTooMany("", max_records);
  } else if (request.batch.records.empty()) {
    faults.Add({}, "", "There is no line in the body that is not empty; send at least one.");
  }
  // What is wrong with the key or the headers is listed at once, also where no line is.
  if (request.batch.records.empty()) request.batch.records.push_back(shared);
  request.faults = faults.Take();
  return request;
}

}  // namespace gateway
