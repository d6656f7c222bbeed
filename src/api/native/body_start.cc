#include "api/native/body_start.h"

#include <array>

namespace gateway {
namespace {

struct Start {
  std::string_view bytes;
  std::string_view sentence;
};

constexpr std::array kStarts = {
    Start{"\x1F\x8B",
          "The body begins like gzip (1F 8B), but the request has no matching Content-Encoding: "
          "send Content-Encoding: gzip, or the body uncompressed. Only one coding is decoded."},
    Start{"\x28\xB5\x2F\xFD",
          "The body begins like zstd (28 B5 2F FD), but the request has no matching "
          "Content-Encoding: send Content-Encoding: zstd, or the body uncompressed. Only one "
          "coding is decoded."},
    Start{"\xEF\xBB\xBF",
          "The body begins with a byte order mark (EF BB BF); send UTF-8 without one."},
    Start{"\xFF\xFE", "The body begins with the byte order mark of UTF-16 (FF FE); send UTF-8."},
    Start{"\xFE\xFF", "The body begins with the byte order mark of UTF-16 (FE FF); send UTF-8."},
};

}  // namespace

std::optional<std::string_view> DescribeForeignStart(std::string_view body) {
  for (const Start& start : kStarts) {
    if (body.starts_with(start.bytes)) return start.sentence;
  }
  return std::nullopt;
}

}  // namespace gateway
