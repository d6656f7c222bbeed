#include "api/native/raw_target.h"

#include <algorithm>
#include <string>

#include "api/codec/integer.h"
#include "api/json/utf8.h"
#include "api/native/query.h"
#include "service/produce/record_validation.h"
#include "service/types/rfc3339.h"

namespace gateway {
namespace {

constexpr std::string_view kFieldPrefix = "Kafka-Header-";
constexpr std::string_view kContentType = "content-type";

// Parses an RFC 3339 time. A space may stand for the plus before the zone, because an unencoded
// plus in a query is decoded to a space.
std::optional<TimestampMs> TimeOf(std::string_view text) {
  constexpr std::string_view kZone = " hh:mm";
  std::string time(text);
  if (time.size() > kZone.size() && time[time.size() - kZone.size()] == ' ') {
    time[time.size() - kZone.size()] = '+';
  }
  return ParseRfc3339(time);
}

}  // namespace

void RawTarget::ReadTopic(std::optional<std::string_view> topic) {
  if (topic) {
    record_.topic = batch_->Keep(*topic);
  } else {
    errors_->AddParameter("topic", {kMalformedEscape});
  }
}

void RawTarget::ReadQuery(std::string_view query) {
  gateway::ReadQuery(query, {kKnown, kKnown[kHeader]}, &batch_->Arena(), errors_,
                     [this](std::size_t name, std::string_view value) {
                       ReadValue(static_cast<Name>(name), value);
                     });
}

void RawTarget::ReadValue(Name name, std::string_view value) {
  const std::string_view called = kKnown[name];
  switch (name) {
    case kKey:
      record_.key = value;
      return;
    case kPartition:
      record_.partition = ParseInteger<Partition>(value);
      if (record_.partition) return;
      return errors_->AddParameter(called, {kPartitionRule});
    case kTimestamp:
      record_.timestamp = ParseInteger<TimestampMs>(value);
      if (!record_.timestamp) record_.timestamp = TimeOf(value);
      if (record_.timestamp) return;
      return errors_->AddParameter(
          called,
          {"A timestamp must be an integer, milliseconds since 1970-01-01T00:00:00Z, at least 1, "
           "or an RFC 3339 time such as 2026-01-02T03:04:05.678Z; leave it out to mean now."});
    case kTombstone:
      tombstone_ = value == "true";
      if (tombstone_ || value == "false") return;
      return errors_->AddParameter(called, {"\"tombstone\" must be \"true\" or \"false\"."});
    case kHeader:
      return ReadHeader(value);
    case kSplit:
      split_ = value == "array" ? Split::kArray : value == "none" ? Split::kNone : Split::kUnknown;
      if (split_ != Split::kUnknown) return;
      return errors_->AddParameter(
          called, {"\"split\" must be \"none\", or \"array\" for an application/json body: an "
                   "array whose elements become records."});
    case kNames:
      return;
  }
}

void RawTarget::ReadHeader(std::string_view value) {
  // `value` has been decoded already, because most clients encode the colon.
  const std::size_t colon = value.find(':');
  if (colon == std::string_view::npos) {
    return errors_->AddParameter(
        kKnown[kHeader], {"A header must be NAME:VALUE, percent-encoded; the value may be empty."});
  }
  const std::string_view name = value.substr(0, colon);
  if (FindInvalidUtf8(name) != std::string_view::npos) {
    return errors_->AddParameter(
        kKnown[kHeader],
        {"The name of a header must be UTF-8; only its value may be arbitrary bytes."});
  }
  headers_.push_back({name, value.substr(colon + 1)});
}

void RawTarget::ReadFields(const http::RequestHead& head, bool with_content_type) {
  for (const http::HeaderField& field : head.fields) {
    if (!http::EqualsIgnoreCase(field.name.substr(0, kFieldPrefix.size()), kFieldPrefix)) continue;
    const std::string_view name = field.name.substr(kFieldPrefix.size());
    if (name.empty()) {
      errors_->Add({}, "", "The header \"Kafka-Header-\" has no name after its last hyphen.");
      continue;
    }
    headers_.push_back({batch_->Keep(http::LowerCase(name)), batch_->Keep(field.value)});
  }
  if (!with_content_type) return;
  const auto type = head.Find(kContentType);
  const bool said = std::any_of(headers_.begin(), headers_.end(), [](const Header& header) {
    return http::EqualsIgnoreCase(header.name, kContentType);
  });
  if (type && !said) headers_.push_back({kContentType, batch_->Keep(*type)});
}

Record RawTarget::MakeRecord() {
  record_.headers = batch_->Keep(headers_);
  return record_;
}

}  // namespace gateway
