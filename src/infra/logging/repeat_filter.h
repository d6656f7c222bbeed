// Keeps a library that repeats itself from flooding the log. Of the messages of one kind the first
// is written and those of the following minute are counted. The count is written with the next
// message of that kind after the minute, or by Tick if none comes. Owned by what forwards the
// library's messages, which serialises the calls.
#ifndef GATEWAY_INFRA_LOGGING_REPEAT_FILTER_H_
#define GATEWAY_INFRA_LOGGING_REPEAT_FILTER_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>

#include "service/ports/clock.h"
#include "service/ports/logger.h"

namespace gateway {

class RepeatFilter final {
 public:
  static constexpr std::chrono::seconds kQuiet{60};
  static constexpr std::size_t kMaxKinds = 256;

  struct Message {
    LogLevel level = LogLevel::kWarning;
    std::string source;  // which of the library's ways to report it
    std::string text;
  };
  // `repeated`: how many messages of its kind were counted and not written yet; 0: none.
  using Write = std::function<void(const Message& message, std::int64_t repeated)>;

  // `clock` must outlive the filter.
  RepeatFilter(const Clock& clock, Write write) : clock_(clock), write_(std::move(write)) {}

  // Writes or counts the message; true if it was written. `kind` is equal for messages that say the
  // same. If a library reports one occurrence through several sources, the first source counts.
  bool Add(std::string kind, Message message);

  // Call it about once per second: writes the last message of each kind whose minute is over, with
  // the count, if there is one.
  void Tick();

  // Writes all counts now, and forgets all kinds.
  void Flush();

 private:
  struct Kind {
    Message latest;
    Clock::TimePoint written{};
    std::int64_t repeated = 0;  // since then
  };

  void WriteRepeats(Kind* kind);

  const Clock& clock_;
  const Write write_;
  std::map<std::string, Kind, std::less<>> kinds_;
  Clock::TimePoint ticked_{};
};

}  // namespace gateway

#endif  // GATEWAY_INFRA_LOGGING_REPEAT_FILTER_H_
