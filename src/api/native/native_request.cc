#include "api/native/native_request.h"

#include <memory>
#include <utility>

#include "api/native/validation_errors.h"

namespace gateway {

std::string NativePlaces::PointerOf(std::size_t index) const {
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

ErrorDetail NativePlaces::Locate(std::size_t index, const Record& record,
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
  place.line = LineOf(index);
  return place;
}

ProduceRequest NativeRequest::ToProduceRequest() && {
  ProduceRequest request;
  request.batch = std::move(batch);
  request.single = places.IsSingle();
  request.places = std::make_shared<const NativePlaces>(std::move(places));
  request.errors = std::move(errors);
  return request;
}

}  // namespace gateway
