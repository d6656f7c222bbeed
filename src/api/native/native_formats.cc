#include "api/native/native_formats.h"

#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include "api/media/json_response.h"
#include "api/media/negotiation.h"
#include "api/native/json_request_parser.h"
#include "api/native/native_request.h"
#include "api/native/produce_response.h"
#include "api/native/raw_request_parser.h"
#include "api/problem/problem_json.h"

namespace gateway {
namespace {

constexpr std::array<std::string_view, 1> kJsonNames = {kJsonMediaType};
constexpr std::array<std::string_view, 1> kAnyNames = {kAnyMediaType};
constexpr MediaTypes kJsonText{kJsonNames, true};
constexpr MediaTypes kLinesText{kNdjsonNames, true};
constexpr MediaTypes kAnyBytes{kAnyNames, false};

// The code of the first record that is not stored, or possibly not; "" if all are.
std::string_view FirstError(const ProduceOperation& operation) {
  for (std::size_t i = 0; i < operation.size(); ++i) {
    const DeliveryReport& outcome = operation.outcome(i);
    if (!outcome.ok()) return InfoOf(outcome.error()).code;
  }
  return "";
}

Result<ProduceAnswer, Problem> AnswerToOne(const ProduceOperation& operation) {
  const DeliveryReport& report = operation.outcome(0);
  if (!report.ok()) return Problem::FromError(report.error());
  return ProduceAnswer{
      JsonResponse(200, FormatSendResponse(operation.record(0).topic, report.value())), {}};
}

ProduceAnswer AnswerToMany(const ProduceOperation& operation, const AnswerOptions& options) {
  const bool lines = !options.lines_type.empty();
  BatchResponse formatted =
      FormatBatchResponse(operation, {lines, options.minimal, options.places.get()});
  http::Response response = JsonResponse(formatted.status, std::move(formatted.body));
  if (lines) response.content_type = options.lines_type;
  response.error_type = FirstError(operation);
  if (options.minimal) response.headers.emplace_back("Preference-Applied", "return=minimal");
  return {std::move(response), formatted.retry_after};
}

// They differ in how they read a request, not in how they answer it.
class NativeFormat final : public WireFormat {
 public:
  using Parser = Result<NativeRequest, Problem> (*)(WireRequest& request);

  NativeFormat(const MediaTypes& media_types, Parser parser)
      : media_types_(media_types), parser_(parser) {}

  const MediaTypes& media_types() const override { return media_types_; }

  Result<ProduceRequest, Problem> Parse(WireRequest request) const override {
    auto parsed = parser_(request);
    if (!parsed.ok()) return std::move(parsed).error();
    return std::move(parsed).value().ToProduceRequest();
  }

  Result<ProduceAnswer, Problem> Answer(const ProduceOperation& operation,
                                        const AnswerOptions& options) const override {
    if (options.single) return AnswerToOne(operation);
    return AnswerToMany(operation, options);
  }

  http::Response Accepted(std::size_t total) const override {
    http::Response response = JsonResponse(202, FormatAccepted(total));
    response.headers.emplace_back("Preference-Applied", "respond-async");
    return response;
  }

 private:
  const MediaTypes& media_types_;
  const Parser parser_;
};

Result<NativeRequest, Problem> ParseOneRecord(WireRequest& request) {
  return ParseSendRequest(std::move(request.body));
}

Result<NativeRequest, Problem> ParseRecords(WireRequest& request) {
  return ParseBatchRequest(std::move(request.body), request.max_records);
}

Result<NativeRequest, Problem> ParseRecordLines(WireRequest& request) {
  return ParseLinesRequest(std::move(request.body), request.max_records);
}

Result<NativeRequest, Problem> ParseRawLines(WireRequest& request) {
  return ParseRawLinesRequest(request.path.Find("topic"), request.head, std::move(request.body),
                              request.max_records);
}

Result<NativeRequest, Problem> ParseRawValue(WireRequest& request) {
  return ParseRawRequest(request.path.Find("topic"), request.head, std::move(request.body),
                         request.max_records);
}

}  // namespace

std::vector<ProduceRoute> NativeRoutes() {
  static const NativeFormat one_record(kJsonText, &ParseOneRecord);
  static const NativeFormat records(kJsonText, &ParseRecords);
  static const NativeFormat record_lines(kLinesText, &ParseRecordLines);
  static const NativeFormat raw_lines(kLinesText, &ParseRawLines);
  static const NativeFormat raw_value(kAnyBytes, &ParseRawValue);
  return {{"/api/kafka/send", {&one_record}, &ProblemJson()},
          {"/api/kafka/send/batch", {&records, &record_lines}, &ProblemJson()},
          {"/api/kafka/topics/{topic}", {&raw_lines, &raw_value}, &ProblemJson()}};
}

}  // namespace gateway
