// Detects that a file has changed, or that its name now refers to another file: a new file in its
// place, or another target of a symbolic link (as in Kubernetes volumes). For one thread.
#ifndef GATEWAY_INFRA_OS_WATCHED_FILE_H_
#define GATEWAY_INFRA_OS_WATCHED_FILE_H_

#include <cstdint>
#include <filesystem>
#include <tuple>
#include <utility>

namespace gateway {

class WatchedFile final {
 public:
  explicit WatchedFile(std::filesystem::path path) : path_(std::move(path)), seen_(Look()) {}

  const std::filesystem::path& path() const { return path_; }

  // True if the file has changed since the last call, or since construction. A file that has
  // vanished counts as changed.
  bool Changed() {
    const State now = Look();
    return std::exchange(seen_, now) != now;
  }

 private:
  // Device, inode, size, and time of the last change in nanoseconds; zeros: there is no file.
  using State = std::tuple<std::uint64_t, std::uint64_t, std::int64_t, std::int64_t>;
  State Look() const;

  const std::filesystem::path path_;
  State seen_;
};

}  // namespace gateway

#endif  // GATEWAY_INFRA_OS_WATCHED_FILE_H_
