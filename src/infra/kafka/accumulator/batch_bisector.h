// Bisects a batch that a broker rejected because of one of its records. The batch is sent again in
// halves, until the record at fault is alone and fails; then batches grow again. That takes about 2
// log2(n) requests for n records. One per partition; plain values, no lock.
#ifndef GATEWAY_INFRA_KAFKA_ACCUMULATOR_BATCH_BISECTOR_H_
#define GATEWAY_INFRA_KAFKA_ACCUMULATOR_BATCH_BISECTOR_H_

#include <algorithm>
#include <cstddef>

namespace gateway {

class BatchBisector final {
 public:
  // The maximum number of records in the next batch; `most` if nothing is being bisected.
  std::size_t Limit(std::size_t most) const {
    return remaining_ == 0 ? most : std::min(remaining_, limit_);
  }

  bool active() const { return limit_ != 0; }

  void OnDispatched(std::size_t count) { remaining_ -= std::min(remaining_, count); }

  // A batch was not rejected: the next may be twice as large.
  void OnAccepted() { limit_ = remaining_ == 0 ? 0 : limit_ * 2; }

  // A broker rejected a batch of `count` records. Returns true if the caller should requeue them;
  // the next batches are then smaller. Returns false if they should fail, because this search has
  // used up `max_rejections` (if that is 0, always).
  [[nodiscard]] bool OnRejected(std::size_t count, int max_rejections) {
    if (limit_ == 0) rejections_left_ = max_rejections;
    if (max_rejections <= 0 || rejections_left_ <= 0) {
      OnAccepted();
      return false;
    }
    --rejections_left_;
    remaining_ += count;
    limit_ = std::max<std::size_t>(1, count / 2);
    return true;
  }

 private:
  std::size_t remaining_ = 0;  // the number of next records that were in a rejected batch
  std::size_t limit_ = 0;      // the number of them that may share a batch
  int rejections_left_ = 0;
};

}  // namespace gateway

#endif  // GATEWAY_INFRA_KAFKA_ACCUMULATOR_BATCH_BISECTOR_H_
