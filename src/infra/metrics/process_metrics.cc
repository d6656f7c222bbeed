#include "infra/metrics/process_metrics.h"

#include <dirent.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstdint>
#include <fstream>
#include <limits>
#include <optional>
#include <sstream>
#include <string>

#include "infra/metrics/families.h"

namespace gateway {
namespace {

std::optional<double> CpuSeconds() {
  rusage usage{};
  if (getrusage(RUSAGE_SELF, &usage) != 0) return std::nullopt;
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

struct Memory {
  double virtual_bytes;
  double resident_bytes;
};

std::optional<Memory> ReadMemory() {
  std::ifstream statm("/proc/self/statm");
  double virtual_pages = 0;
  double resident_pages = 0;
  if (!(statm >> virtual_pages >> resident_pages)) return std::nullopt;
  const auto page = static_cast<double>(sysconf(_SC_PAGESIZE));
  return Memory{virtual_pages * page, resident_pages * page};
}

std::optional<double> OpenFileDescriptors() {
  DIR* const directory = opendir("/proc/self/fd");
  if (directory == nullptr) return std::nullopt;
  std::int64_t count = 0;
  // A directory stream of our own: readdir is safe. NOLINTNEXTLINE(concurrency-mt-unsafe)
  while (const dirent* const entry = readdir(directory)) count += entry->d_name[0] != '.' ? 1 : 0;
  closedir(directory);
  return static_cast<double>(count - 1);  // except the descriptor that reads the directory
}

std::optional<double> MaxFileDescriptors() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return std::nullopt;
  return limit.rlim_cur == RLIM_INFINITY ? std::numeric_limits<double>::infinity()
                                         : static_cast<double>(limit.rlim_cur);
}

// Clock ticks from the boot of the machine to the start of the process.
std::optional<double> StartTicks() {
  constexpr int kFieldsBefore = 19;  // between the state (field 3) and starttime (field 22)
  std::ifstream stat("/proc/self/stat");
  std::string line;
  if (!std::getline(stat, line)) return std::nullopt;
  const std::size_t name_end = line.rfind(')');  // the program's name may have blanks
  if (name_end == std::string::npos) return std::nullopt;
  std::istringstream fields(line.substr(name_end + 1));
  std::string skipped;
  for (int i = 0; i < kFieldsBefore; ++i) fields >> skipped;
  double ticks = 0;
  if (!(fields >> ticks)) return std::nullopt;
  return ticks;
}

std::optional<double> BootTime() {
  std::ifstream stat("/proc/stat");
  std::string key;
  while (stat >> key) {
    double value = 0;
    if (key == "btime" && stat >> value) return value;
    stat.ignore(std::numeric_limits<std::streamsize>::max(), '\n');
  }
  return std::nullopt;
}

}  // namespace

std::vector<prometheus::MetricFamily> ProcessMetrics::Collect() const {
  std::vector<prometheus::MetricFamily> families;
  if (const auto seconds = CpuSeconds()) {
    families.push_back(
        CounterFamily("process_cpu_seconds_total", "User and system CPU time spent.", *seconds));
  }
  if (const auto memory = ReadMemory()) {
    families.push_back(GaugeFamily("process_virtual_memory_bytes", "Size of the virtual memory.",
                                   memory->virtual_bytes));
    families.push_back(GaugeFamily("process_resident_memory_bytes", "Size of the resident memory.",
                                   memory->resident_bytes));
  }
  if (const auto open = OpenFileDescriptors()) {
    families.push_back(GaugeFamily("process_open_fds", "Open file descriptors.", *open));
  }
  if (const auto max = MaxFileDescriptors()) {
    families.push_back(
        GaugeFamily("process_max_fds", "Maximum number of open file descriptors.", *max));
  }
  const auto ticks = StartTicks();
  const auto boot = BootTime();
  if (ticks && boot) {
    const auto per_second = static_cast<double>(sysconf(_SC_CLK_TCK));
    families.push_back(GaugeFamily("process_start_time_seconds",
                                   "When the process started, in seconds since 1970 (UTC).",
                                   *boot + *ticks / per_second));
  }
  return families;
}

}  // namespace gateway
