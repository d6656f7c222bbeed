#include "measurement.h"

#include <sys/types.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <limits>

namespace gateway::bench {
namespace {

// Requests of the open loop come in small groups at multiples of this interval: waking up for each
// would take most of a core at 50 000 per second, and the gateway needs that core.
constexpr std::uint64_t kTick = 100'000;
constexpr std::uint64_t kNever = std::numeric_limits<std::uint64_t>::max();
constexpr std::uint64_t kLongestSleep = 5'000'000;
// A request that is not answered within this time after the window counts as unanswered.
constexpr std::uint64_t kDrainNanoseconds = 10'000'000'000U;

std::uint64_t Read(clockid_t clock) {
  timespec time{};
  clock_gettime(clock, &time);
  return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000'000U +
         static_cast<std::uint64_t>(time.tv_nsec);
}

std::uint64_t Nanoseconds(double seconds) { return static_cast<std::uint64_t>(seconds * 1e9); }

std::string Quoted(const std::string& text) {
  std::string json = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') json.push_back('\\');
    json.push_back(c >= ' ' && c < 127 ? c : ' ');
  }
  return json.append("\"");
}

}  // namespace

std::uint64_t Now() { return Read(CLOCK_MONOTONIC); }

Measurement::Measurement(const RunOptions& options) : options_(options) {}

void Measurement::Start() {
  start_ = Now();
  begin_ = start_ + Nanoseconds(options_.warmup_seconds);
  end_ = begin_ + Nanoseconds(options_.seconds);
}

// CPU time of all threads of a process, in nanoseconds; /proc counts in hundredths of a second.
std::uint64_t Measurement::CpuOf(int pid) const {
  clockid_t clock{};
  if (pid == 0 || clock_getcpuclockid(pid, &clock) != 0) return 0;
  return Read(clock);
}

void Measurement::Tick(std::uint64_t now) {
  if (!begun_ && now >= begin_) {
    begun_ = true;
    cpu_ = CpuOf(options_.pid);
    own_cpu_ = Read(CLOCK_PROCESS_CPUTIME_ID);
  }
  if (!ended_ && now >= end_) {
    ended_ = true;
    cpu_ = CpuOf(options_.pid) - cpu_;
    own_cpu_ = Read(CLOCK_PROCESS_CPUTIME_ID) - own_cpu_;
  }
}

std::uint64_t Measurement::NextDue() const {
  if (options_.rate <= 0) return kNever;
  const auto exact = static_cast<std::uint64_t>(static_cast<double>(issued_) * 1e9 / options_.rate);
  const std::uint64_t due = start_ + (exact + kTick - 1) / kTick * kTick;
  return due < end_ ? due : kNever;
}

bool Measurement::TakeTurn(std::uint64_t now, std::uint64_t* began) {
  *began = now;
  if (options_.rate <= 0) return now < end_;
  *began = NextDue();
  if (*began > now) return false;
  ++issued_;
  return true;
}

timespec Measurement::SleepTime(bool can_send) const {
  std::uint64_t wait = kLongestSleep;
  const std::uint64_t due = can_send ? NextDue() : kNever;
  if (due != kNever) {
    const std::uint64_t now = Now();
    wait = std::min(wait, due > now ? due - now : 0);
  }
  return {0, static_cast<long>(wait)};
}

bool Measurement::Finished(bool idle) const {
  const std::uint64_t now = Now();
  if (now < end_) return false;
  return (idle && NextDue() == kNever) || now > end_ + kDrainNanoseconds;
}

std::uint64_t Measurement::TakeBacklog() {
  std::uint64_t count = 0;
  for (; NextDue() != kNever; ++count) ++issued_;
  return count;
}

void Measurement::OnDone(std::uint64_t began, std::uint64_t now, std::size_t records,
                         std::size_t bytes) {
  all_records_ += records;
  const bool answered_within = now >= begin_ && now < end_;
  if (answered_within) {
    ++requests_;
    records_ += records;
    bytes_ += bytes;
  }
  const bool counts = options_.rate > 0 ? began >= begin_ && began < end_ : answered_within;
  if (counts) times_.Add(now - began);
}

void Measurement::OnRefused(std::uint64_t now) {
  if (now >= begin_ && now < end_) ++refused_;
}

void Measurement::OnBad(const std::string& kind, const std::string& example) {
  ++bad_[kind];
  if (example_.empty()) example_ = example.substr(0, 400);
}

void Measurement::Print(std::uint64_t unanswered, std::uint64_t unsent) const {
  Histogram times = times_;
  const std::uint64_t longest = Now() - end_ + Nanoseconds(options_.seconds);
  for (std::uint64_t i = 0; i < unanswered + unsent && i < 1'000'000; ++i) times.Add(longest);
  const auto ms = [](std::uint64_t nanoseconds) { return static_cast<double>(nanoseconds) / 1e6; };
  const auto each = [this](std::uint64_t nanoseconds) {
    return requests_ == 0 ? 0.0
                          : static_cast<double>(nanoseconds) / 1e3 / static_cast<double>(requests_);
  };
  std::uint64_t bad = unanswered;
  std::string kinds;
  for (const auto& [kind, count] : bad_) {
    bad += count;
    kinds.append(kinds.empty() ? "" : ",").append(Quoted(kind)).append(":" + std::to_string(count));
  }
  const auto per_second = [this](std::uint64_t count) {
    return static_cast<double>(count) / options_.seconds;
  };
  std::printf(
      "{\"seconds\":%.3f,\"requests\":%llu,\"per_second\":%.1f,\"records_per_second\":%.1f,"
      "\"mb_per_second\":%.3f,\"refused_per_second\":%.1f,"
      "\"p50_ms\":%.4f,\"p99_ms\":%.4f,\"p999_ms\":%.4f,\"max_ms\":%.3f,"
      "\"mean_ms\":%.4f,\"cpu_us\":%.3f,\"own_cpu_us\":%.3f,\"cores\":%.3f,\"own_cores\":%.3f,"
      "\"acknowledged_records\":%llu,\"bad\":%llu,\"unanswered\":%llu,\"unsent\":%llu,"
      "\"bad_kinds\":{%s},"
      "\"first_bad\":%s}\n",
      options_.seconds, static_cast<unsigned long long>(requests_),  // NOLINT: what printf takes
      per_second(requests_), per_second(records_), per_second(bytes_) / 1e6, per_second(refused_),
      ms(times.Quantile(0.5)), ms(times.Quantile(0.99)), ms(times.Quantile(0.999)), ms(times.max()),
      times.mean() / 1e6, each(cpu_), each(own_cpu_),
      static_cast<double>(cpu_) / 1e9 / options_.seconds,
      static_cast<double>(own_cpu_) / 1e9 / options_.seconds,
      static_cast<unsigned long long>(all_records_),  // NOLINT
      static_cast<unsigned long long>(bad),           // NOLINT
      static_cast<unsigned long long>(unanswered),    // NOLINT
      static_cast<unsigned long long>(unsent),        // NOLINT
      kinds.c_str(), Quoted(example_).c_str());
}

}  // namespace gateway::bench
