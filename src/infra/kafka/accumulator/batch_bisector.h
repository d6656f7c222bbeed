// Bisecting after a broker refused a batch of a partition because of one record in it: the batch is
// sent again in halves, then batches grow again, so that only the record at fault fails, at the
// cost of about twice the logarithm of the batch's size in requests. One per partition; plain
// values, no lock.
#ifndef GATEWAY_INFRA_KAFKA_ACCUMULATOR_BATCH_BISECTOR_H_
#define GATEWAY_INFRA_KAFKA_ACCUMULATOR_BATCH_BISECTOR_H_

#include <algorithm>
#include <cstddef>

namespace gateway {

class BatchBisector final {
 public:
  // How many records the next batch may have; `most` if nothing is being bisected.
  std::size_t Limit(std::size_t most) const {
    return remaining_ == 0 ? most : std::min(remaining_, limit_);
  }

  bool active() const { return limit_ != 0; }

  void OnDispatched(std::size_t count) { remaining_ -= std::min(remaining_, count); }

  // A batch was not refused: the next may be twice as large.
  void OnAccepted() { limit_ = remaining_ == 0 ? 0 : limit_ * 2; }

  // A batch of `count` records was refused. True: queue them again, the next batches are smaller.
  // False: let them fail, because this search has cost `max_refusals`; with 0 they always fail.
  [[nodiscard]] bool OnRefused(std::size_t count, int max_refusals) {
    if (limit_ == 0) refusals_left_ = max_refusals;
    if (max_refusals <= 0 || refusals_left_ <= 0) {
      OnAccepted();
      return false;
    }
    --refusals_left_;
    remaining_ += count;
    limit_ = std::max<std::size_t>(1, count / 2);
    return true;
  }

 private:
  std::size_t remaining_ = 0;  // of the next records so many were in a refused batch
  std::size_t limit_ = 0;      // and so many of them may share a batch
  int refusals_left_ = 0;
};

}  // namespace gateway

#endif  // GATEWAY_INFRA_KAFKA_ACCUMULATOR_BATCH_BISECTOR_H_
