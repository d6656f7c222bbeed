#include "infra/tracing/tracing_module.h"

#include <dlfcn.h>

#include <system_error>

namespace gateway {
namespace {

namespace fs = std::filesystem;

// "" if there is none.
fs::path FindModule(const fs::path& executable) {
  const fs::path directory = executable.parent_path();
  const fs::path installed =
      directory.parent_path() / GATEWAY_LIBRARY_FOLDER / "kafka-gateway" / kTracingModule;
  for (const fs::path& path : {directory / kTracingModule, installed}) {
    std::error_code ignored;
    if (fs::exists(path, ignored)) return path;
  }
  return {};
}

}  // namespace

Result<std::unique_ptr<Tracer>, std::string> LoadTracing(const fs::path& executable,
                                                         const TracingOptions& options) {
  const fs::path path = FindModule(executable);
  if (path.empty()) {
    return std::string("Tracing:Enabled is true, but this gateway has no ") + kTracingModule +
           ": it is built if opentelemetry-cpp-dev is installed (Debian 13, or the backports of "
           "Debian 12). Build it, or turn tracing off; the trace context of requests is passed on "
           "to Kafka in any case.";
  }
  void* const module = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  // glibc keeps the error for each thread. NOLINTNEXTLINE(concurrency-mt-unsafe)
  if (module == nullptr) return std::string("Tracing:Enabled: ") + dlerror();
  const auto* const entry = static_cast<const TracingEntry*>(dlsym(module, kTracingEntry));
  if (entry == nullptr || options.version != entry->version) {
    return "Tracing:Enabled: " + path.string() +
           " belongs to another gateway; this one is version " + options.version + ".";
  }
  return entry->make(options);
}

}  // namespace gateway
