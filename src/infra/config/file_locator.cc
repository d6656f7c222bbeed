#include "infra/config/file_locator.h"

#include <algorithm>
#include <string>
#include <system_error>

#include "infra/config/text.h"

namespace gateway {
namespace {

namespace fs = std::filesystem;

bool Exists(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(path, ignored);
}

// The source tree of an executable at <tree>/build/<preset>/ or <tree>/build/, or nothing.
fs::path SourceTree(const fs::path& directory) {
  const fs::path parent = directory.parent_path();
  fs::path tree;
  if (directory.filename() == "build") tree = parent;
  if (parent.filename() == "build") tree = parent.parent_path();
  return !tree.empty() && Exists(tree / "CMakeLists.txt") ? tree : fs::path();
}

void AddOnce(std::vector<fs::path>* directories, const fs::path& directory) {
  if (std::find(directories->begin(), directories->end(), directory) == directories->end()) {
    directories->push_back(directory);
  }
}

// The file of this name, ignoring case.
std::optional<fs::path> FindIn(const fs::path& directory, std::string_view name) {
  if (Exists(directory / name)) return directory / name;
  std::error_code error;
  for (fs::directory_iterator it(directory, error), end; !error && it != end; it.increment(error)) {
    if (config::EqualsIgnoringCase(it->path().filename().string(), name)) return it->path();
  }
  return std::nullopt;
}

}  // namespace

FileLocator::FileLocator(const fs::path& executable, const fs::path& root) {
  const fs::path directory = executable.parent_path();
  const fs::path tree = SourceTree(directory);
  const fs::path prefix = directory.parent_path();
  const fs::path usr = root / "usr";
  if (!tree.empty()) {
    AddOnce(&config_, tree / "config");
    AddOnce(&data_, tree);
    AddOnce(&data_, tree / "build");
  } else {
    AddOnce(&config_, directory / "config");
    AddOnce(&config_, prefix / "etc" / "kafka-gateway");
    AddOnce(&config_, root / "etc" / "kafka-gateway");
    AddOnce(&config_, prefix / "share" / "kafka-gateway");
    AddOnce(&config_, usr / "share" / "kafka-gateway");
  }
  AddOnce(&data_, directory);
  AddOnce(&data_, prefix / "share" / "kafka-gateway");
  AddOnce(&data_, usr / "share" / "kafka-gateway");
}

fs::path FileLocator::CurrentExecutable() {
  std::error_code error;
  fs::path path = fs::read_symlink("/proc/self/exe", error);
  return error ? fs::path() : path;
}

std::optional<fs::path> FileLocator::FindConfig(std::string_view name) const {
  for (const fs::path& directory : config_) {
    std::optional<fs::path> found = FindIn(directory, name);
    if (found) return found;
  }
  return std::nullopt;
}

std::optional<fs::path> FileLocator::FindData(std::string_view relative) const {
  for (const fs::path& directory : data_) {
    if (Exists(directory / relative)) return directory / relative;
  }
  return std::nullopt;
}

}  // namespace gateway
