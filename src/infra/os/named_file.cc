#include "infra/os/named_file.h"

#include <fstream>
#include <sstream>
#include <system_error>
#include <utility>

namespace gateway {

std::string ReadWhole(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream content;
  content << in.rdbuf();
  return std::move(content).str();
}

std::vector<NamedFile> ReadDirectory(const std::filesystem::path& directory) {
  std::vector<NamedFile> files;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(directory, error)) {
    if (entry.is_regular_file(error)) {
      files.push_back({entry.path().filename().string(), ReadWhole(entry.path())});
    }
  }
  return files;
}

}  // namespace gateway
