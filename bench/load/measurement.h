// One run of a measuring program: a warm-up, a window that is measured, and its result as JSON.
//
// Closed loop: what is answered within the window counts. Open loop (`rate` > 0): a request counts
// if it was *meant* to be sent within the window, its time runs from that moment, and one that is
// never answered counts as the longest; so a stall is not hidden by the requests it kept from being
// sent. The rate of both is what was answered within the window. For one thread.
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

  // Begins the warm-up. To be called once, when everything is prepared.
  void Start();

  // To be called often: notices the ends of the window.
  void Tick(std::uint64_t now);

  // The pace. Whether one more request may be sent now; if so it is to be, and its time runs from
  // `*began`: now (closed loop), or when it was due (open loop).
  bool TakeTurn(std::uint64_t now, std::uint64_t* began);
  // Closed loop: whether a request may still be sent. Open loop: never, each is due at its time.
  bool MaySendAgain(std::uint64_t now) const { return options_.rate <= 0 && now < end_; }
  // How long to sleep at most: until the next is due, if it `can_send`, and not past the ends of
  // the window for long.
  timespec SleepTime(bool can_send) const;
  // Whether the run is over: nothing is under way (`idle`) or due any more, or what is does not
  // come.
  bool Finished(bool idle) const;
  // Those that were due and never sent, counted by taking them.
  std::uint64_t TakeBacklog();

  // One was answered as it should be. `began`: when it was sent, or was due.
  void OnDone(std::uint64_t began, std::uint64_t now, std::size_t records, std::size_t bytes);
  // A request was refused because of a limit, as the run intends: neither an error nor an answer.
  void OnRefused(std::uint64_t now);
  // One was answered otherwise, with a few words (a status) and what came.
  void OnBad(const std::string& kind, const std::string& example);

  // Prints the result. So many never got an answer, and so many were never sent: they count as the
  // longest; only the first are bad.
  void Print(std::uint64_t unanswered, std::uint64_t unsent = 0) const;

 private:
  std::uint64_t CpuOf(int pid) const;
  // When the next request is due; kNever in a closed loop and when there is none any more.
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
