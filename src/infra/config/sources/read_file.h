// Reads a small file completely. Blocks on the disk: only for start-up.
#ifndef GATEWAY_INFRA_CONFIG_SOURCES_READ_FILE_H_
#define GATEWAY_INFRA_CONFIG_SOURCES_READ_FILE_H_

#include <cstddef>
#include <filesystem>
#include <string>

namespace gateway::config {

struct FileText {
  std::string text;
  std::string fault;  // the error, as a phrase: "cannot be read: No such file or directory"
};

// Returns the bytes of the file, or an error, also if it has more than `max_bytes`. The file may be
// a pipe or a device.
FileText ReadFile(const std::filesystem::path& file, std::size_t max_bytes);

}  // namespace gateway::config

#endif  // GATEWAY_INFRA_CONFIG_SOURCES_READ_FILE_H_
