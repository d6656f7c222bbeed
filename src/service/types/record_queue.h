// A first-in-first-out list of queued records, linked through PendingRecord::next: no allocation,
// splices in constant time. Not thread-safe: its owner locks.
#ifndef GATEWAY_SERVICE_TYPES_RECORD_QUEUE_H_
#define GATEWAY_SERVICE_TYPES_RECORD_QUEUE_H_

#include <cassert>
#include <cstddef>
#include <utility>

#include "service/types/pending_record.h"

namespace gateway {

class RecordQueue final {
 public:
  RecordQueue() = default;
  RecordQueue(RecordQueue&& other) noexcept
      : head_(std::exchange(other.head_, nullptr)),
        tail_(std::exchange(other.tail_, nullptr)),
        size_(std::exchange(other.size_, 0)) {}
  // This queue must be empty: nobody would ever report its records.
  RecordQueue& operator=(RecordQueue&& other) noexcept {
    assert(empty());
    head_ = std::exchange(other.head_, nullptr);
    tail_ = std::exchange(other.tail_, nullptr);
    size_ = std::exchange(other.size_, 0);
    return *this;
  }

  PendingRecord* front() const { return head_; }  // nullptr when empty
  PendingRecord* back() const { return tail_; }   // likewise
  bool empty() const { return head_ == nullptr; }
  std::size_t size() const { return size_; }

  void Push(PendingRecord* record) {
    record->next = nullptr;
    (tail_ == nullptr ? head_ : tail_->next) = record;
    tail_ = record;
    ++size_;
  }

  void PushFront(PendingRecord* record) {
    record->next = head_;
    head_ = record;
    if (tail_ == nullptr) tail_ = record;
    ++size_;
  }

  // The oldest record; nullptr when empty.
  PendingRecord* Pop() { return empty() ? nullptr : PopFront(); }
  // Like Pop, for a queue that is not empty.
  PendingRecord* PopFront() {
    PendingRecord* const record = head_;
    head_ = std::exchange(record->next, nullptr);
    if (head_ == nullptr) tail_ = nullptr;
    --size_;
    return record;
  }

  // Adds all of `other` before the present records.
  void Prepend(RecordQueue other) {
    other.Append(std::move(*this));
    *this = std::move(other);
  }
  // Merges all of `other` by order. Both queues are in order.
  void Merge(RecordQueue other) {
    if (empty() || other.empty() || other.back()->order < head_->order) {
      return Prepend(std::move(other));
    }
    RecordQueue merged;
    while (!empty() && !other.empty()) {
      merged.Push(other.head_->order < head_->order ? other.Pop() : Pop());
    }
    merged.Append(std::move(*this));
    merged.Append(std::move(other));
    *this = std::move(merged);
  }
  // Adds all of `other` after the present records.
  void Append(RecordQueue other) {
    if (other.empty()) return;
    (tail_ == nullptr ? head_ : tail_->next) = other.head_;
    tail_ = std::exchange(other.tail_, nullptr);
    size_ += std::exchange(other.size_, 0);
    other.head_ = nullptr;
  }

 private:
  PendingRecord* head_ = nullptr;
  PendingRecord* tail_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace gateway

#endif  // GATEWAY_SERVICE_TYPES_RECORD_QUEUE_H_
