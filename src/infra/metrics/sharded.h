// Counters that many threads add to without sharing a cache line: a table of 64-bit cells, with one
// copy (shard) per thread or few threads, summed when read. Add is wait-free, AddDouble lock-free;
// any thread may call anything at any time. No addition is ever lost, but cells that are read while
// other threads add need not be of the same instant.
#ifndef GATEWAY_INFRA_METRICS_SHARDED_H_
#define GATEWAY_INFRA_METRICS_SHARDED_H_

#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace gateway {

inline constexpr std::size_t kMetricShards = 16;

// The calling thread's shard: threads are numbered in the order of their first call, so that up to
// kMetricShards of them share none.
inline std::size_t ThisThreadShard() {
  static std::atomic<std::size_t> next{0};
  thread_local const std::size_t shard =
      next.fetch_add(1, std::memory_order_relaxed) % kMetricShards;
  return shard;
}

class ShardedCells final {
 public:
  explicit ShardedCells(std::size_t cells)
      : lines_per_shard_((cells + kCellsPerLine - 1) / kCellsPerLine),
        lines_(std::make_unique<Line[]>(lines_per_shard_ * kMetricShards)) {}

  // Amounts may be negative: cells are summed modulo 2^64.
  void Add(std::size_t cell, std::int64_t amount) {
    At(ThisThreadShard(), cell)
        .fetch_add(static_cast<std::uint64_t>(amount), std::memory_order_relaxed);
  }
  std::int64_t Sum(std::size_t cell) const {
    std::uint64_t sum = 0;
    for (std::size_t shard = 0; shard < kMetricShards; ++shard) {
      sum += At(shard, cell).load(std::memory_order_relaxed);
    }
    return static_cast<std::int64_t>(sum);
  }

  // A cell contains either integers or doubles, never both.
  void AddDouble(std::size_t cell, double amount) {
    std::atomic<std::uint64_t>& bits = At(ThisThreadShard(), cell);
    std::uint64_t before = bits.load(std::memory_order_relaxed);
    while (!bits.compare_exchange_weak(
        before, std::bit_cast<std::uint64_t>(std::bit_cast<double>(before) + amount),
        std::memory_order_relaxed)) {
    }
  }
  double SumDouble(std::size_t cell) const {
    double sum = 0;
    for (std::size_t shard = 0; shard < kMetricShards; ++shard) {
      sum += std::bit_cast<double>(At(shard, cell).load(std::memory_order_relaxed));
    }
    return sum;
  }

 private:
  static constexpr std::size_t kLineBytes = 64;
  static constexpr std::size_t kCellsPerLine = kLineBytes / sizeof(std::uint64_t);
  struct alignas(kLineBytes) Line {
    std::array<std::atomic<std::uint64_t>, kCellsPerLine> cells{};
  };

  std::atomic<std::uint64_t>& At(std::size_t shard, std::size_t cell) const {
    return lines_[shard * lines_per_shard_ + cell / kCellsPerLine].cells[cell % kCellsPerLine];
  }

  std::size_t lines_per_shard_;
  std::unique_ptr<Line[]> lines_;
};

}  // namespace gateway

#endif  // GATEWAY_INFRA_METRICS_SHARDED_H_
