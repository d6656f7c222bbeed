// One line for each answer that is worth one (Logging:Access): all of them, or every answer of 400
// or more, slow ones and one in so many of the rest, or none. Any thread.
#ifndef GATEWAY_API_ACCESS_LOG_H_
#define GATEWAY_API_ACCESS_LOG_H_

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "ports.h"

namespace gateway {

struct AccessLogOptions {
  enum class Mode : std::uint8_t { kProblems, kAll, kOff };
  Mode mode = Mode::kProblems;            // Logging:Access
  std::uint64_t sample = 1'000;           // Logging:AccessSample; 0: none of the rest
  std::chrono::milliseconds slow{1'000};  // what counts as slow
};

class AccessLog final {
 public:
  struct Line {
    std::string_view request_id;
    std::string_view method;
    std::string_view route;  // template; "" if none matched
    std::string_view path;
    std::string_view peer;
    int status = 0;  // 499: the client went away first
    std::chrono::nanoseconds duration{};
    std::size_t request_bytes = 0;  // of the body as it was sent, compressed if it was
    std::size_t response_bytes = 0;
  };

  AccessLog(Logger& logger, AccessLogOptions options) : logger_(logger), options_(options) {}

  void Write(const Line& line) const;

 private:
  bool Wanted(const Line& line) const;

  Logger& logger_;
  const AccessLogOptions options_;
  mutable std::atomic<std::uint64_t> count_{0};
};

}  // namespace gateway

#endif  // GATEWAY_API_ACCESS_LOG_H_
