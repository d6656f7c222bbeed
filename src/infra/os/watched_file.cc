#include "infra/os/watched_file.h"

#include <sys/stat.h>

namespace gateway {

WatchedFile::State WatchedFile::Look() const {
  struct stat status {};
  if (stat(path_.c_str(), &status) != 0) return {};
  constexpr std::int64_t kNanoseconds = 1'000'000'000;
  return {status.st_dev, status.st_ino, status.st_size,
          status.st_mtim.tv_sec * kNanoseconds + status.st_mtim.tv_nsec};
}

}  // namespace gateway
