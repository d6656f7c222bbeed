#include "api/native/produce_request.h"

#include "api/native/validation_errors.h"

namespace gateway {

std::string ProduceRequest::PointerOf(std::size_t index) const {
  switch (form) {
    case Form::kSingle:
    case Form::kRaw:
      return "";
    case Form::kArray:
    case Form::kLines:
    case Form::kRawLines:
    case Form::kRawArray:
      return Place{"", index, {}}.Pointer();
    case Form::kMessages:
      return Place{"/messages", index, {}}.Pointer();
  }
  return "";
}

ErrorDetail ProduceRequest::Locate(std::size_t index, const Record& record,
                                   std::string_view member) const {
  ErrorDetail place;
  const bool values = form >= Form::kRaw;
  if (values && !member.empty()) {
    place.parameter = member == "/headers" ? "header" : member.substr(1);
    return place;
  }
  if (member == "/topic" && default_topic.data() != nullptr &&
      record.topic.data() == default_topic.data()) {
    place.pointer = member;
    return place;
  }
  place.pointer = PointerOf(index).append(member);
  if (!IsSingle()) place.record = index;
  if (lines) place.line = lines->LineOf(index);
  return place;
}

}  // namespace gateway
