// The label sets of one metric family with their values: a hash table of fixed size, read without a
// lock on the hot path. Entries are added under a mutex, once each, and never removed, so pointers
// to them stay valid as long as the table. Any thread.
#ifndef GATEWAY_INFRA_METRICS_LABEL_TABLE_H_
#define GATEWAY_INFRA_METRICS_LABEL_TABLE_H_

#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "service/types/mutex.h"

namespace gateway {

// A label set is a name and a number (0 if the name is enough).
template <typename Value>
class LabelTable final {
 public:
  explicit LabelTable(std::size_t max_entries)
      : max_entries_(max_entries), slots_(std::bit_ceil(2 * max_entries + 1)) {}

  // nullptr if the label set is not in the table.
  Value* Find(std::string_view name, std::uint32_t code = 0) const {
    const std::size_t mask = slots_.size() - 1;
    for (std::size_t i = Hash(name, code) & mask;; i = (i + 1) & mask) {
      Entry* const entry = slots_[i].load(std::memory_order_acquire);
      if (entry == nullptr) return nullptr;  // terminates: at most half of the slots are used
      if (entry->code == code && entry->name == name) return &entry->value;
    }
  }

  // Adds the label set if it is new, with a Value constructed from `argument`; nullptr if the table
  // is full.
  template <typename Argument>
  Value* FindOrAdd(std::string_view name, std::uint32_t code, const Argument& argument) {
    if (Value* const value = Find(name, code)) return value;
    if (full_.load(std::memory_order_relaxed)) return nullptr;
    const MutexLock lock(mutex_);
    if (Value* const value = Find(name, code)) return value;
    if (entries_.size() >= max_entries_) {
      full_.store(true, std::memory_order_relaxed);
      return nullptr;
    }
    entries_.push_back(std::make_unique<Entry>(name, code, argument));
    Entry* const entry = entries_.back().get();
    const std::size_t mask = slots_.size() - 1;
    std::size_t i = Hash(name, code) & mask;
    while (slots_[i].load(std::memory_order_relaxed) != nullptr) i = (i + 1) & mask;
    slots_[i].store(entry, std::memory_order_release);
    return &entry->value;
  }

  // Calls visit(name, code, value) for every label set that existed when the call began.
  template <typename Visit>
  void ForEach(const Visit& visit) const {
    for (const std::atomic<Entry*>& slot : slots_) {
      const Entry* const entry = slot.load(std::memory_order_acquire);
      if (entry != nullptr) visit(std::string_view(entry->name), entry->code, entry->value);
    }
  }

 private:
  struct Entry {
    template <typename Argument>
    Entry(std::string_view entry_name, std::uint32_t entry_code, const Argument& argument)
        : name(entry_name), code(entry_code), value(argument) {}
    const std::string name;
    const std::uint32_t code;
    Value value;
  };

  static std::size_t Hash(std::string_view name, std::uint32_t code) {
    return std::hash<std::string_view>{}(name) ^ (std::size_t{code} * 0x9E3779B97F4A7C15U >> 20U);
  }

  const std::size_t max_entries_;
  std::vector<std::atomic<Entry*>> slots_;  // a power of two; unguarded: its size never changes
  std::atomic<bool> full_{false};           // spares the mutex once nothing can be added
  Mutex mutex_;
  std::vector<std::unique_ptr<Entry>> entries_ GUARDED_BY(mutex_);
};

}  // namespace gateway

#endif  // GATEWAY_INFRA_METRICS_LABEL_TABLE_H_
