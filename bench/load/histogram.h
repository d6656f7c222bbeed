// A histogram of times from 1 ns to centuries, exact to 1 %: each power of two is divided into 128
// equal parts, as in HdrHistogram. Adding is a few instructions and allocates nothing. For one
// thread.
#ifndef BENCH_LOAD_HISTOGRAM_H_
#define BENCH_LOAD_HISTOGRAM_H_

#include <algorithm>
#include <bit>
#include <cstdint>
#include <vector>

namespace gateway::bench {

class Histogram final {
 public:
  Histogram() : counts_((65U - kBits) << kBits) {}

  void Add(std::uint64_t nanoseconds) {
    ++counts_[Index(nanoseconds)];
    ++total_;
    sum_ += nanoseconds;
    max_ = std::max(max_, nanoseconds);
  }

  std::uint64_t total() const { return total_; }
  std::uint64_t max() const { return max_; }
  double mean() const {
    return total_ == 0 ? 0 : static_cast<double>(sum_) / static_cast<double>(total_);
  }

  // The nanoseconds that `share` (0 to 1) of all times do not exceed; 0 if there are none.
  std::uint64_t Quantile(double share) const {
    const auto rank = static_cast<std::uint64_t>(share * static_cast<double>(total_));
    std::uint64_t seen = 0;
    for (std::size_t i = 0; i < counts_.size(); ++i) {
      seen += counts_[i];
      if (seen > rank) return std::min(Highest(i), max_);
    }
    return max_;
  }

 private:
  static constexpr int kBits = 7;

  static std::size_t Index(std::uint64_t value) {
    const int shift = std::max(0, static_cast<int>(std::bit_width(value)) - kBits - 1);
    return (static_cast<std::size_t>(shift) << kBits) + static_cast<std::size_t>(value >> shift);
  }

  // The largest value that has this index.
  static std::uint64_t Highest(std::size_t index) {
    if (index < (2U << kBits)) return index;
    const std::size_t shift = (index >> kBits) - 1;
    const std::uint64_t mantissa = (index & ((1U << kBits) - 1)) | (1U << kBits);
    return ((mantissa + 1) << shift) - 1;
  }

  std::vector<std::uint64_t> counts_;
  std::uint64_t total_ = 0;
  std::uint64_t sum_ = 0;
  std::uint64_t max_ = 0;
};

}  // namespace gateway::bench

#endif  // BENCH_LOAD_HISTOGRAM_H_
