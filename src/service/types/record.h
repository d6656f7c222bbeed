// Kafka's terms: Record, Header, RecordMetadata. A Record does not own its bytes: it points into
// the RequestRecords that holds the request body, so a value gets from the socket to librdkafka
// without a copy.
#ifndef GATEWAY_SERVICE_TYPES_RECORD_H_
#define GATEWAY_SERVICE_TYPES_RECORD_H_

#include <chrono>
#include <cstdint>
#include <memory>
#include <memory_resource>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gateway {

using Partition = std::int32_t;
using Offset = std::int64_t;
using TimestampMs = std::int64_t;  // milliseconds since 1970-01-01T00:00:00Z, Kafka's CreateTime

// A null value is legal and differs from an empty one.
struct Header {
  std::string_view name;
  std::optional<std::string_view> value;
};

inline std::size_t HeaderBytes(std::span<const Header> headers) {
  std::size_t bytes = 0;
  for (const Header& header : headers) {
    bytes += header.name.size() + (header.value ? header.value->size() : 0);
  }
  return bytes;
}

struct Record {
  std::string_view topic;
  std::optional<std::string_view> key;    // absent: no key; "" is an empty key
  std::optional<std::string_view> value;  // absent: a tombstone
  std::span<const Header> headers;        // in the request's order, duplicates kept
  std::optional<Partition> partition;     // absent: chosen by key (murmur2) or sticky
  std::optional<TimestampMs> timestamp;   // absent: now

  // Bytes of key, value and headers, as limits and budgets count them.
  std::size_t PayloadBytes() const {
    return (key ? key->size() : 0) + (value ? value->size() : 0) + HeaderBytes(headers);
  }
};

// Where a record is stored. `offset` is absent in the rare case that the offset of a stored record
// is unknown (the broker detected a duplicate after a lost acknowledgement).
struct RecordMetadata {
  Partition partition = -1;
  std::optional<Offset> offset;
  TimestampMs timestamp = 0;
};

// The ids of the request that records came with, for logs; "" if unknown. The texts live as long as
// the batch.
struct RequestIds {
  std::string_view request_id;
  std::string_view trace_id;
};

// The records of one request and the bytes they point into. Movable: what records point to stays
// where it is, because SetBody keeps the body out of the string's own small buffer, and because the
// arena never moves its blocks.
struct RequestRecords {
  std::string body;  // of the request, see SetBody
  std::unique_ptr<std::pmr::monotonic_buffer_resource>
      arena;  // decoded strings, header arrays; null until used
  std::vector<Record> records;
  // The headers copied from the request because of Records:HeadersFromRequest; for error texts.
  std::span<const Header> request_headers;
  // For log lines; "" is unknown.
  std::string request_id;
  std::string trace_id;
  RequestIds origin() const { return {request_id, trace_id}; }

  // The request is answered before its records are reported (Prefer: respond-async).
  bool answered = false;

  // When the request was complete; the epoch if it is not measured.
  std::chrono::steady_clock::time_point complete_at{};

  void SetBody(std::string bytes) {
    body = std::move(bytes);
    body.reserve(sizeof(std::string));  // more than any small buffer has
  }

  // The arena, made at first use.
  std::pmr::monotonic_buffer_resource& Arena() {
    if (!arena) arena = std::make_unique<std::pmr::monotonic_buffer_resource>(1024);
    return *arena;
  }

  // Copies `bytes` into the arena.
  std::string_view Keep(std::string_view bytes) {
    char* copy = static_cast<char*>(Arena().allocate(bytes.empty() ? 1 : bytes.size(), 1));
    bytes.copy(copy, bytes.size());
    return {copy, bytes.size()};
  }
  // Copies an array of headers into the arena, but not the bytes that they point to.
  std::span<const Header> Keep(std::span<const Header> headers) {
    if (headers.empty()) return {};
    void* const room = Arena().allocate(headers.size_bytes(), alignof(Header));
    auto* const copy = static_cast<Header*>(room);
    std::uninitialized_copy(headers.begin(), headers.end(), copy);
    return {copy, headers.size()};
  }
};

}  // namespace gateway

#endif  // GATEWAY_SERVICE_TYPES_RECORD_H_
