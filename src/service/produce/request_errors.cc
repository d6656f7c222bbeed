#include "service/produce/request_errors.h"

#include <algorithm>
#include <utility>

namespace gateway {
namespace {

ErrorCode CodeOf(RequestErrorKind kind) {
  switch (kind) {
    case RequestErrorKind::kMalformed:
      return ErrorCode::kInvalidRecord;
    case RequestErrorKind::kNotGranted:
      return ErrorCode::kForbidden;
    case RequestErrorKind::kForbidden:
      return ErrorCode::kTopicForbidden;
    case RequestErrorKind::kTooManyRecords:
      return ErrorCode::kTooManyRecords;
    case RequestErrorKind::kTooLarge:
      return ErrorCode::kRecordTooLarge;
    case RequestErrorKind::kNone:
      break;
  }
  return ErrorCode::kInternal;
}

}  // namespace

bool RequestErrors::HasRoom() {
  if (errors_.size() < kMaxErrorDetails) return true;
  truncated_ = true;
  return false;
}

void RequestErrors::Add(RequestErrorKind kind, ErrorDetail fault) {
  if (kind < kind_) {  // also if the list is full: the kind still decides
    kind_ = kind;
    decisive_ = fault.detail;
  }
  if (HasRoom()) errors_.push_back(std::move(fault));
}

void RequestErrors::AddOnce(RequestErrorKind kind, ErrorDetail fault) {
  const bool known =
      std::any_of(errors_.begin(), errors_.end(), [&fault](const ErrorDetail& other) {
        return !other.record && other.pointer == fault.pointer &&
               other.parameter == fault.parameter && other.detail == fault.detail;
      });
  if (!known) Add(kind, std::move(fault));
}

Error RequestErrors::Build() && {
  std::stable_sort(errors_.begin(), errors_.end(), [](const ErrorDetail& a, const ErrorDetail& b) {
    return a.record < b.record;  // an absent index comes first
  });
  Error error;
  error.code = CodeOf(kind_);
  error.detail = std::move(decisive_);
  if (errors_.size() > 1 || truncated_) {
    error.detail += " See \"errors\" for the other errors. No record of this request was sent.";
  }
  error.errors = std::move(errors_);
  error.truncated = truncated_;
  return error;
}

}  // namespace gateway
