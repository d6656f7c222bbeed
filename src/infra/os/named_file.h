// Reads whole files at start-up. Blocks on the disk; any thread.
#ifndef GATEWAY_INFRA_OS_NAMED_FILE_H_
#define GATEWAY_INFRA_OS_NAMED_FILE_H_

#include <filesystem>
#include <string>
#include <vector>

namespace gateway {

struct NamedFile {
  std::string name;  // without its directory
  std::string content;
};

// "" if the file cannot be read.
std::string ReadWhole(const std::filesystem::path& file);
// The regular files directly in `directory`, without those that cannot be read.
std::vector<NamedFile> ReadDirectory(const std::filesystem::path& directory);

}  // namespace gateway

#endif  // GATEWAY_INFRA_OS_NAMED_FILE_H_
