# gateway_unit_tests(<path> [<package>...] [APART <folder>...]): one executable per layer, made of
# tests/unit/<path>/**/*_test.cc, that links that layer, the fakes and GoogleTest, and nothing else.
#
# gateway_reads_source_tree(<file>...): defines GATEWAY_SOURCE_DIR for these files and no others, because a
# compiler cache does not share what is compiled with it between clones.
include(GoogleTest)
function(gateway_reads_source_tree)
  set_property(SOURCE ${ARGN} APPEND PROPERTY COMPILE_DEFINITIONS
               GATEWAY_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
endfunction()
function(gateway_unit_tests path)
  cmake_parse_arguments(ARG "" "" "APART" ${ARGN})
  set(folder ${CMAKE_CURRENT_SOURCE_DIR}/unit/${path})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${folder}/*_test.cc)
  foreach(apart IN LISTS ARG_APART)  # its tests make an executable of their own
    list(FILTER sources EXCLUDE REGEX "^${folder}/${apart}/")
  endforeach()
  cmake_path(GET path FILENAME layer)
  if(NOT sources)
    return()
  endif()
  add_executable(${layer}_test ${sources})
  target_include_directories(${layer}_test PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})  # "support/cpp/fakes.h"
  target_link_libraries(${layer}_test PRIVATE gateway::${layer} gateway_language ${ARG_UNPARSED_ARGUMENTS} GTest::gmock
                                              GTest::gtest_main)
  gtest_discover_tests(${layer}_test TEST_PREFIX ${layer}. PROPERTIES TIMEOUT 120)
endfunction()
