# The only file that names a package. Each becomes gateway::<name>, with its headers as system headers.
# `./dev` installs the Debian packages named in the right-hand comments.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)

function(gateway_pkg_config name module)
  pkg_check_modules(${name} REQUIRED IMPORTED_TARGET ${module})
  add_library(gateway_${name} INTERFACE)
  target_link_libraries(gateway_${name} INTERFACE PkgConfig::${name})
  target_include_directories(gateway_${name} SYSTEM INTERFACE ${${name}_INCLUDE_DIRS})
  add_library(gateway::${name} ALIAS gateway_${name})
endfunction()

gateway_pkg_config(pistache libpistache)            # libpistache-dev
gateway_pkg_config(rdkafka rdkafka)                 # librdkafka-dev
gateway_pkg_config(prometheus prometheus-cpp-core)  # prometheus-cpp-dev
gateway_pkg_config(zlib zlib)                       # zlib1g-dev
gateway_pkg_config(zstd libzstd)                    # libzstd-dev
gateway_pkg_config(curl libcurl)                    # libcurl4-openssl-dev
gateway_pkg_config(crypt libcrypt)                  # libcrypt-dev
gateway_pkg_config(sodium libsodium)                # libsodium-dev

# The allocator of the program (docs/adr/0011 says why); sanitizers have their own.
if(NOT GATEWAY_SANITIZER)
  gateway_pkg_config(jemalloc jemalloc)             # libjemalloc-dev
endif()

find_package(simdjson REQUIRED)                     # libsimdjson-dev
add_library(gateway::simdjson ALIAS simdjson::simdjson)
find_package(nlohmann_json REQUIRED)                # nlohmann-json3-dev
add_library(gateway::json ALIAS nlohmann_json::nlohmann_json)
find_package(OpenSSL 3.0 REQUIRED)                  # libssl-dev
add_library(gateway::openssl ALIAS OpenSSL::SSL)

# Optional, for the module that exports spans: opentelemetry-cpp-dev and libabsl-dev (Debian 13, or 12
# with backports). Not with its CMake package, which also requires those of gRPC and protobuf.
pkg_check_modules(opentelemetry IMPORTED_TARGET opentelemetry_trace opentelemetry_resources
                  opentelemetry_common)
find_library(opentelemetry_otlp_http opentelemetry_exporter_otlp_http)
if(opentelemetry_FOUND AND opentelemetry_otlp_http)
  add_library(gateway_opentelemetry INTERFACE)
  target_link_libraries(gateway_opentelemetry INTERFACE PkgConfig::opentelemetry
                                                        ${opentelemetry_otlp_http})
  add_library(gateway::opentelemetry ALIAS gateway_opentelemetry)
endif()

if(GATEWAY_BUILD_TESTS OR NOT DEFINED GATEWAY_BUILD_TESTS)
  find_package(GTest REQUIRED)                      # libgtest-dev libgmock-dev
endif()
