#include "api/native/json_request_parser.h"

#include <algorithm>
#include <array>
#include <utility>

#include "api/native/header_parser.h"
#include "api/native/json_body.h"
#include "api/native/payload_decoder.h"
#include "api/native/record_parser.h"
#include "api/native/validation_errors.h"

namespace gateway {
namespace {

constexpr std::string_view kMissingTopic = "The member \"topic\" is missing.";
constexpr std::string_view kNoRecord = "The body contains no record; send at least one.";
constexpr std::array<std::string_view, 3> kBatchNames = {"topic", "headers", "messages"};

// Parses the body of `request` into the records of `request`.
class BodyParser final {
 public:
  BodyParser(NativeRequest* request, std::size_t max_records)
      : request_(request),
        max_records_(max_records),
        body_(request->batch.body),
        reader_(body_),
        decoder_(&request->batch, &errors_),
        header_parser_(&request->batch, &errors_, &decoder_),
        parser_(&errors_, &decoder_, &header_parser_) {}

  // Nothing, or why the body is not JSON.
  std::optional<Problem> ParseSingle();
  std::optional<Problem> ParseBatch();
  std::optional<Problem> ParseLines();

 private:
  bool ReadSingle();
  bool ReadBatch();
  bool ReadLines();
  bool ReadRecord(std::string_view list);
  bool ReadRecords(std::string_view list);
  bool ReadMessages();
  bool ReadBatchObject();
  bool ReadBatchMember(const JsonSlice& name);
  void ApplyDefaults();

  std::optional<Problem> Verdict(bool read);

  NativeRequest* request_;
  std::size_t max_records_;
  std::string_view body_;
  ValidationErrors errors_;
  JsonReader reader_;        // of the body, or of a line
  std::size_t text_at_ = 0;  // where in the body the reader's text begins
  std::size_t line_ = 0;     // which line it is, from 1; 0: it is the body
  PayloadDecoder decoder_;
  HeaderParser header_parser_;
  RecordParser parser_;
  bool too_many_ = false;  // then the rest has not been read

  // The object form: the members seen so far, and the default headers.
  std::array<bool, kBatchNames.size()> seen_{};
  std::span<const Header> headers_;
};

std::optional<Problem> BodyParser::ParseSingle() { return Verdict(ReadSingle()); }

std::optional<Problem> BodyParser::ParseBatch() { return Verdict(ReadBatch()); }

std::optional<Problem> BodyParser::ParseLines() { return Verdict(ReadLines()); }

bool BodyParser::ReadSingle() {
  request_->places.form = NativePlaces::Form::kSingle;
  if (reader_.Next() == '[') {
    JsonSlice array;
    if (!reader_.ReadValue(&array)) return false;
    errors_.Add({}, "",
                "The body must be one record, a JSON object; send arrays to .../send/batch.");
    return reader_.ReadEnd();
  }
  Record& record = request_->batch.records.emplace_back();
  if (!parser_.ReadRecord(&reader_, {}, &record)) return false;
  if (record.topic.data() == nullptr) errors_.Add({}, "", kMissingTopic);
  return reader_.ReadEnd();
}

bool BodyParser::ReadBatch() {
  const char first = reader_.Next();
  request_->batch.records.reserve(ExpectedRecords(body_, max_records_));
  if (first == '[') {
    request_->places.form = NativePlaces::Form::kArray;
    return ReadRecords("") && reader_.ReadEnd();
  }
  request_->places.form = NativePlaces::Form::kMessages;
  if (first == '{') return ReadBatchObject() && reader_.ReadEnd();
  JsonSlice other;
  if (!reader_.ReadValue(&other)) return false;
  errors_.Add({}, "",
              "A batch must be an array of records, or an object with the member \"messages\".");
  return reader_.ReadEnd();
}

bool BodyParser::ReadLines() {
  request_->places.form = NativePlaces::Form::kLines;
  request_->places.lines.emplace();
  std::size_t next = 0;
  while (next < body_.size()) {
    text_at_ = next;
    ++line_;
    const std::size_t end = std::min(body_.find('\n', text_at_), body_.size());
    next = end + 1;
    reader_ = JsonReader(body_.substr(text_at_, end - text_at_));
    if (reader_.AtEnd()) continue;
    if (!ReadRecord("") || !reader_.ReadEnd()) return false;
  }
  if (request_->batch.records.empty()) errors_.Add({}, "", kNoRecord);
  return true;
}

// The next record of the list whose pointer is `list`.
bool BodyParser::ReadRecord(std::string_view list) {
  std::vector<Record>& records = request_->batch.records;
  if (records.size() == max_records_) {
    too_many_ = true;
    errors_.AddTooMany(list, max_records_);
    return false;
  }
  const Place place{list, records.size(), {}, line_};
  if (line_ != 0) request_->places.lines->Add(records.size(), line_);
  Record& record = records.emplace_back();
  if (!parser_.ReadRecord(&reader_, place, &record)) return false;
  if (request_->places.form != NativePlaces::Form::kMessages && record.topic.data() == nullptr) {
    errors_.Add(place, "", kMissingTopic);
  }
  return true;
}

bool BodyParser::ReadRecords(std::string_view list) {
  if (!reader_.ReadArray([&] { return ReadRecord(list); })) return false;
  if (request_->batch.records.empty()) errors_.Add({}, list, kNoRecord);
  return true;
}

bool BodyParser::ReadBatchObject() {
  const bool read =
      reader_.ReadObject([this](const JsonSlice& name) { return ReadBatchMember(name); });
  if (!read && !too_many_) return false;
  if (!seen_[2]) {
    errors_.Add({}, "",
                "The member \"messages\" is missing. A batch must be an array of records, or an "
                "object with \"messages\"; send a single record to .../send.");
  }
  ApplyDefaults();
  return read;
}

bool BodyParser::ReadBatchMember(const JsonSlice& name) {
  const std::string_view called = decoder_.NameOf(name);
  const auto member = static_cast<std::size_t>(
      std::find(kBatchNames.begin(), kBatchNames.end(), called) - kBatchNames.begin());
  JsonSlice ignored;
  if (member == kBatchNames.size()) {
    errors_.AddUnknown({}, called, kBatchNames);
    return reader_.ReadValue(&ignored);
  }
  if (std::exchange(seen_[member], true)) {
    errors_.AddDuplicate({}, called);
    return reader_.ReadValue(&ignored);
  }
  switch (member) {
    case 0:
      return parser_.ReadTopic(&reader_, {}, &request_->places.default_topic);
    case 1:
      return header_parser_.Read(&reader_, {}, &headers_);
    default:
      return ReadMessages();
  }
}

bool BodyParser::ReadMessages() {
  if (reader_.Next() == '[') return ReadRecords("/messages");
  JsonSlice other;
  if (!reader_.ReadValue(&other)) return false;
  errors_.Add({}, "/messages",
              {"\"messages\" must be an array of records, not ", DescribeKind(other.kind), "."});
  return true;
}

// The defaults may come after the messages, so they are applied at the end.
void BodyParser::ApplyDefaults() {
  if (headers_.size() > kMaxDefaultHeaders) {
    errors_.Add({}, "/headers",
                "There are " + std::to_string(headers_.size()) + " default headers; at most " +
                    std::to_string(kMaxDefaultHeaders) + " are allowed.");
    headers_ = {};
  }
  std::size_t index = 0;
  for (Record& record : request_->batch.records) {
    if (record.topic.data() == nullptr) {
      record.topic = request_->places.default_topic;
      if (!seen_[0] && !too_many_) {
        errors_.Add({"/messages", index, {}}, "",
                    "The member \"topic\" is missing, and the batch has no default topic.");
      }
    }
    if (!headers_.empty()) record.headers = header_parser_.Merge(headers_, record.headers);
    ++index;
  }
}

std::optional<Problem> BodyParser::Verdict(bool read) {
  if (!read && !too_many_) return JsonProblem(body_, reader_, text_at_, line_);
  if (errors_.empty()) return std::nullopt;
  for (Record& record : request_->batch.records) {
    if (record.topic.data() == kUnreadTopic.data()) record.topic = {};
  }
  request_->errors = errors_.Take();
  return std::nullopt;
}

Result<NativeRequest, Problem> Parse(std::string body, std::size_t max_records,
                                     std::optional<Problem> (BodyParser::*parse)()) {
  if (std::optional<Problem> problem = CheckJsonEncoding(body)) return std::move(*problem);
  Result<NativeRequest, Problem> parsed{NativeRequest()};
  NativeRequest& request = parsed.value();
  request.batch.SetBody(std::move(body));
  BodyParser parser(&request, max_records);
  if (std::optional<Problem> problem = (parser.*parse)()) return std::move(*problem);
  return parsed;
}

}  // namespace

Result<NativeRequest, Problem> ParseSendRequest(std::string body) {
  return Parse(std::move(body), 1, &BodyParser::ParseSingle);
}

Result<NativeRequest, Problem> ParseBatchRequest(std::string body, std::size_t max_records) {
  return Parse(std::move(body), max_records, &BodyParser::ParseBatch);
}

Result<NativeRequest, Problem> ParseLinesRequest(std::string body, std::size_t max_records) {
  return Parse(std::move(body), max_records, &BodyParser::ParseLines);
}

}  // namespace gateway
