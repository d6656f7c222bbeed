// One run of a measuring program: a warm-up, a measured window, and its result as JSON.
//
// Closed loop: requests answered within the window count. Open loop (`rate` > 0): a request counts
// if it was *due* within the window, its time begins when it was due, and a request that is never
// answered counts as the longest; so a stall cannot hide itself by delaying requests. The rate of
// both is the number of answers within the window. For one thread.
#ifndef BENCH_LOAD_MEASUREMENT_H_
#define BENCH_LOAD_MEASUREMENT_H_

#include <cstdint>
#include <ctime>
#include <map>
#include <string>

#include "histogram.h"

namespace gateway::bench {

// Nanoseconds of the steady clock.
std::uint64_t Now();

struct RunOptions {
  double warmup_seconds = 0;
  double seconds = 0;
  double rate = 0;  // requests per second, in small groups every 0.1 ms; 0: closed loop
  int pid = 0;      // whose CPU time is read at both ends of the window; 0: this process only
};

class Measurement final {
 public:
  explicit Measurement(const RunOptions& options);

  // Begins the warm-up. Call it once, when everything is prepared.
  void Start();

  // Notices the beginning and the end of the window. Call it often.
  void Tick(std::uint64_t now);

  // True if one more request is due now; then the caller must send it. Its time begins at `*began`:
  // now (closed loop), or when it was due (open loop).
  bool TakeTurn(std::uint64_t now, std::uint64_t* began);
  // Closed loop: true if a request may still be sent. Open loop: false, because each has a due
  // time.
  bool MaySendAgain(std::uint64_t now) const { return options_.rate <= 0 && now < end_; }
  // Maximum time to sleep: until the next request is due if the caller `can_send`, and not far past
  // the ends of the window.
  timespec SleepTime(bool can_send) const;
  // True if the run is over: no request is under way (`idle`) or due any more, or those under way
  // are given up.
  bool Finished(bool idle) const;
  // Takes the requests that were due and never sent, and returns their number.
  std::uint64_t TakeBacklog();

  // A request got a correct answer. `began`: when it was sent, or was due.
  void OnDone(std::uint64_t began, std::uint64_t now, std::size_t records, std::size_t bytes);
  // A request was refused because of a limit, as the run intends: neither an error nor an answer.
  void OnRefused(std::uint64_t now);
  // A request got another answer: a few words about it (a status), and its text.
  void OnBad(const std::string& kind, const std::string& example);

  // Prints the result. `unanswered` and `unsent` requests count as the longest; only the former are
  // errors.
  void Print(std::uint64_t unanswered, std::uint64_t unsent = 0) const;

 private:
  std::uint64_t CpuOf(int pid) const;
  // When the next request is due; kNever in a closed loop and after the last request.
  std::uint64_t NextDue() const;

  const RunOptions options_;
  std::uint64_t start_ = 0;
  std::uint64_t begin_ = 0;
  std::uint64_t end_ = 0;
  std::uint64_t issued_ = 0;
  bool begun_ = false;
  bool ended_ = false;
  std::uint64_t cpu_ = 0;
  std::uint64_t own_cpu_ = 0;

  Histogram times_;
  std::uint64_t requests_ = 0;
  std::uint64_t records_ = 0;
  std::uint64_t bytes_ = 0;
  std::uint64_t refused_ = 0;
  std::uint64_t all_records_ = 0;  // with those of the warm-up and after the window
  std::map<std::string, std::uint64_t> bad_;
  std::string example_;
};

}  // namespace gateway::bench

#endif  // BENCH_LOAD_MEASUREMENT_H_
