# gateway_unit_tests(<layer>): one executable per layer, made of tests/unit/<layer>/**/*_test.cc, that
# links that layer, the fakes and GoogleTest, and nothing else.
include(GoogleTest)
function(gateway_unit_tests layer)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/unit/${layer}/*_test.cc)
  if(NOT sources)
    return()
  endif()
  add_executable(${layer}_test ${sources})
  target_include_directories(${layer}_test PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})  # "support/cpp/fakes.h"
  target_compile_definitions(${layer}_test PRIVATE GATEWAY_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  target_link_libraries(${layer}_test PRIVATE gateway::${layer} gateway_language ${ARGN} GTest::gmock
                                              GTest::gtest_main)
  gtest_discover_tests(${layer}_test TEST_PREFIX ${layer}. PROPERTIES TIMEOUT 120)
endfunction()
