# The compiler flags of all our targets. An interface library instead of global flags, so that nothing
# leaks into a dependency and a layer cannot opt out by accident.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

set(GATEWAY_SANITIZER "" CACHE STRING "address, thread or empty")
set_property(CACHE GATEWAY_SANITIZER PROPERTY STRINGS "" address thread)

add_library(gateway_language INTERFACE)
target_compile_options(gateway_language INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow -Wold-style-cast
  -Wnull-dereference -Werror -fno-omit-frame-pointer)
if(CMAKE_CXX_COMPILER_LAUNCHER MATCHES "CCACHE_BASEDIR")
  # ccache makes the paths in a command relative, so that all clones share its cache; this does the same for
  # the build folder in debug information. A debugger started in the root finds the sources.
  target_compile_options(gateway_language INTERFACE -fdebug-prefix-map=${PROJECT_SOURCE_DIR}=.)
endif()
# In every build: unknown build types, such as Debian's None, must have it, too.
target_compile_definitions(gateway_language INTERFACE _GLIBCXX_ASSERTIONS)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  # g++ 12 sees overlapping copies in std::string's own insert and replace (GCC bug 105651).
  target_compile_options(gateway_language INTERFACE -Wno-restrict)
endif()

if(GATEWAY_SANITIZER STREQUAL "address")
  target_compile_options(gateway_language INTERFACE -fsanitize=address,undefined
                         -fno-sanitize-recover=all)
  target_link_options(gateway_language INTERFACE -fsanitize=address,undefined)
elseif(GATEWAY_SANITIZER STREQUAL "thread")
  # g++ 12 warns about fences that ThreadSanitizer does not model; the standard library has them.
  target_compile_options(gateway_language INTERFACE -fsanitize=thread -Wno-tsan)
  target_link_options(gateway_language INTERFACE -fsanitize=thread)
  # librdkafka's C11 threads crash under ThreadSanitizer: every executable links replacements.
  add_library(gateway_tsan_shim OBJECT ${CMAKE_CURRENT_SOURCE_DIR}/tests/support/cpp/tsan_shim.c)
  target_compile_options(gateway_tsan_shim PRIVATE -Wall -Wextra -fsanitize=thread)
  target_sources(gateway_language INTERFACE
    $<$<STREQUAL:$<TARGET_PROPERTY:TYPE>,EXECUTABLE>:$<TARGET_OBJECTS:gateway_tsan_shim>>)
elseif(NOT CMAKE_BUILD_TYPE STREQUAL "Debug")
  # It needs optimization, which other build types leave to the packager's flags, like its level.
  if(CMAKE_BUILD_TYPE MATCHES "^(Release|RelWithDebInfo|MinSizeRel)$"
     AND NOT CMAKE_CXX_FLAGS MATCHES "_FORTIFY_SOURCE")
    target_compile_definitions(gateway_language INTERFACE _FORTIFY_SOURCE=2)
  endif()
  target_compile_options(gateway_language INTERFACE -fstack-protector-strong)
  target_link_options(gateway_language INTERFACE -Wl,-z,relro,-z,now)
endif()
# -Wnull-dereference warns about the inlined standard library when a sanitizer instruments it.
if(GATEWAY_SANITIZER)
  target_compile_options(gateway_language INTERFACE -Wno-null-dereference -Wno-maybe-uninitialized)
endif()
