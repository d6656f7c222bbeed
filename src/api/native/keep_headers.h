// Header arrays that live as long as their batch, and their names.
#ifndef GATEWAY_API_NATIVE_KEEP_HEADERS_H_
#define GATEWAY_API_NATIVE_KEEP_HEADERS_H_

#include <algorithm>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "service/types/record.h"

namespace gateway {

// Copies `headers`, not the bytes that they point to, into the arena of `batch`.
inline std::span<const Header> KeepHeaders(std::span<const Header> headers, RequestRecords* batch) {
  if (headers.empty()) return {};
  void* const room = batch->Arena().allocate(headers.size_bytes(), alignof(Header));
  auto* const copy = static_cast<Header*>(room);
  std::uninitialized_copy(headers.begin(), headers.end(), copy);
  return {copy, headers.size()};
}

// The name of a field of the request as a record header has it: clients and proxies change the
// case.
inline std::string LowerCase(std::string_view name) {
  std::string lower(name);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return lower;
}

}  // namespace gateway

#endif  // GATEWAY_API_NATIVE_KEEP_HEADERS_H_
