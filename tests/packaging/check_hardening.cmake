# cmake -DSOURCE=folder -DTYPE=type -DCOMPILER=g++ -DSCRATCH=folder -P check_hardening.cmake: checks the
# compiler flags of the sources in a build of that type, with an additional flag of the packager.
set(own -D_FORTIFY_SOURCE=3)
file(REMOVE_RECURSE ${SCRATCH})
execute_process(COMMAND ${CMAKE_COMMAND} -S ${SOURCE} -B ${SCRATCH} -DCMAKE_BUILD_TYPE=${TYPE}
                        -DCMAKE_CXX_FLAGS=${own} -DCMAKE_CXX_COMPILER=${COMPILER}
                        -DGATEWAY_BUILD_TESTS=OFF
                OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
file(STRINGS ${SCRATCH}/compile_commands.json commands REGEX "\"command\":")
if(NOT commands)
  message(FATAL_ERROR "nothing is compiled")
endif()
foreach(flag -D_GLIBCXX_ASSERTIONS -fstack-protector-strong ${own})
  set(without ${commands})
  list(FILTER without EXCLUDE REGEX " ${flag} ")
  if(without)
    list(GET without 0 first)
    message(SEND_ERROR "a source is compiled without ${flag}:\n${first}")
  endif()
endforeach()
if(commands MATCHES "_FORTIFY_SOURCE=2")
  message(SEND_ERROR "_FORTIFY_SOURCE is defined twice, which the compiler refuses")
endif()
