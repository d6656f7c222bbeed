#include "infra/logging/repeat_filter.h"

#include <utility>

namespace gateway {

bool RepeatFilter::Add(std::string kind, Message message) {
  const Clock::TimePoint now = clock_.Now();
  const auto found = kinds_.find(kind);
  if (found == kinds_.end()) {
    if (kinds_.size() >= kMaxKinds) Flush();
    write_(message, 0);
    kinds_[std::move(kind)] = {std::move(message), now, 0};
    return true;
  }
  Kind& known = found->second;
  if (now - known.written < kQuiet) {
    if (known.latest.source == message.source) {
      ++known.repeated;
      known.latest.text = std::move(message.text);
    }
    return false;
  }
  write_(message, known.repeated);
  known = {std::move(message), now, 0};
  return true;
}

void RepeatFilter::Tick() {
  const Clock::TimePoint now = clock_.Now();
  if (now - ticked_ < std::chrono::seconds(1)) return;
  ticked_ = now;
  for (auto kind = kinds_.begin(); kind != kinds_.end();) {
    if (now - kind->second.written < kQuiet) {
      ++kind;
    } else if (kind->second.repeated == 0) {
      kind = kinds_.erase(kind);
    } else {
      WriteRepeats(&kind->second);
      kind->second.written = now;  // if more come, they belong to the same series
      ++kind;
    }
  }
}

void RepeatFilter::Flush() {
  for (auto& [name, kind] : kinds_) WriteRepeats(&kind);
  kinds_.clear();
}

void RepeatFilter::WriteRepeats(Kind* kind) {
  if (kind->repeated == 0) return;
  write_(kind->latest, kind->repeated);
  kind->repeated = 0;
}

}  // namespace gateway
