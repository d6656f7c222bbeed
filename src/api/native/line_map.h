// Maps each record to its line of the body. Stores only the places of skipped lines, so that a
// body without empty lines costs nothing. One per request.
#ifndef GATEWAY_API_NATIVE_LINE_MAP_H_
#define GATEWAY_API_NATIVE_LINE_MAP_H_

#include <algorithm>
#include <cstddef>
#include <vector>

namespace gateway {

class LineMap final {
 public:
  // Record `index` (from 0) is on `line` (from 1). Call in the order of the records.
  void Add(std::size_t index, std::size_t line) {
    const std::size_t ahead = line - index;
    const std::size_t before = steps_.empty() ? 1 : steps_.back().ahead;
    if (ahead != before) steps_.push_back({index, ahead});
  }

  std::size_t LineOf(std::size_t index) const {
    const auto behind =
        std::upper_bound(steps_.begin(), steps_.end(), index,
                         [](std::size_t i, const Step& step) { return i < step.index; });
    return index + (behind == steps_.begin() ? 1 : std::prev(behind)->ahead);
  }

 private:
  // From record `index` on, the line number is the index plus `ahead`.
  struct Step {
    std::size_t index;
    std::size_t ahead;
  };
  std::vector<Step> steps_;
};

}  // namespace gateway

#endif  // GATEWAY_API_NATIVE_LINE_MAP_H_
