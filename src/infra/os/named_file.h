// Files read whole at start-up.
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
// The regular files directly in `directory`; what cannot be read is left out.
std::vector<NamedFile> ReadDirectory(const std::filesystem::path& directory);

}  // namespace gateway

#endif  // GATEWAY_INFRA_OS_NAMED_FILE_H_
