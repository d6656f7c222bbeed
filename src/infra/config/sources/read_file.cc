#include "infra/config/sources/read_file.h"

#include <array>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <system_error>

namespace gateway::config {
namespace {

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

FileText CannotRead(int error) {
  return {"", "cannot be read: " + std::generic_category().message(error)};
}

}  // namespace

FileText ReadFile(const std::filesystem::path& file, std::size_t max_bytes) {
  const std::unique_ptr<std::FILE, CloseFile> stream(std::fopen(file.c_str(), "rbe"));
  if (stream == nullptr) return CannotRead(errno);
  FileText result;
  std::array<char, 16'384> buffer;
  for (;;) {
    errno = 0;
    const std::size_t count = std::fread(buffer.data(), 1, buffer.size(), stream.get());
    if (std::ferror(stream.get()) != 0) return CannotRead(errno);
    if (count == 0) return result;
    result.text.append(buffer.data(), count);
    if (result.text.size() > max_bytes) {
      return {"", "is too large: at most " + std::to_string(max_bytes) + " bytes"};
    }
  }
}

}  // namespace gateway::config
