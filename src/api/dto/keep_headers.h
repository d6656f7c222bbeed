// Header arrays that live as long as their batch.
#ifndef GATEWAY_API_DTO_KEEP_HEADERS_H_
#define GATEWAY_API_DTO_KEEP_HEADERS_H_

#include <memory>
#include <span>

#include "record.h"

namespace gateway {

// Copies `headers`, not the bytes that they point to, into the arena of `batch`.
inline std::span<const Header> KeepHeaders(std::span<const Header> headers, RecordBatch* batch) {
  if (headers.empty()) return {};
  void* const room = batch->Arena().allocate(headers.size_bytes(), alignof(Header));
  auto* const copy = static_cast<Header*>(room);
  std::uninitialized_copy(headers.begin(), headers.end(), copy);
  return {copy, headers.size()};
}

}  // namespace gateway

#endif  // GATEWAY_API_DTO_KEEP_HEADERS_H_
