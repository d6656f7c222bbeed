#include "dto/request_form.h"

#include <charconv>

#include "dto/fault_list.h"

namespace gateway {

std::string ProduceRequest::PointerOf(std::size_t index) const {
  switch (form) {
    case Form::kSingle:
    case Form::kRaw:
      return "";
    case Form::kArray:
    case Form::kLines:
    case Form::kRawLines:
      return Place{"", index, {}}.Pointer();
    case Form::kMessages:
      return Place{"/messages", index, {}}.Pointer();
  }
  return "";
}

void ProduceRequest::Locate(std::vector<ErrorDetail>* errors) const {
  if (!lines && form != Form::kRaw) return;
  for (ErrorDetail& error : *errors) {
    if (error.pointer.empty()) continue;
    const char* const token = error.pointer.data() + 1;
    std::size_t index = 0;
    const auto read = std::from_chars(token, error.pointer.data() + error.pointer.size(), index);
    if (read.ec == std::errc()) {
      error.line = lines ? lines->LineOf(index) : 0;
    } else {
      error.parameter = error.pointer == "/headers" ? "header" : token;
    }
  }
}

}  // namespace gateway
