# cmake -DCHECK=check_folders.cmake -DSCRATCH=folder -P check_folders_bite.cmake: a scratch tree without circles
# passes; one with a circle is refused, and only that circle is named; a PENDING arrow that closes no circle
# is reported.
cmake_minimum_required(VERSION 3.25)
function(check expected pending)  # then pairs of a file and what it includes
  file(REMOVE_RECURSE ${SCRATCH})
  file(WRITE ${SCRATCH}/api/top.h "#include \"api/http/server.h\"\n")
  file(WRITE ${SCRATCH}/api/http/server.h "#include <string>\n#include \"service/record.h\"\n")
  file(WRITE ${SCRATCH}/service/record.h "#include \"service/error.h\"\n")
  while(ARGN)
    list(POP_FRONT ARGN file included)
    file(APPEND ${SCRATCH}/${file} "#include \"${included}\"\n")
  endwhile()
  execute_process(COMMAND ${CMAKE_COMMAND} -DSOURCE_DIR=${SCRATCH} "-DPENDING=${pending}" -P ${CHECK}
                  RESULT_VARIABLE status ERROR_VARIABLE errors)
  if(expected STREQUAL "passes")
    if(NOT status EQUAL 0)
      message(SEND_ERROR "${pending} ${ARGV}: is refused:\n${errors}")
    endif()
  elseif(status EQUAL 0 OR NOT errors MATCHES "${expected}" OR errors MATCHES "api>api/http")
    message(SEND_ERROR "${pending} ${ARGV}: is not found:\n${errors}")
  endif()
endfunction()

check(passes "")
check(passes "" api/json/reader.h service/record.h)
check("service>service/ports" "" service/record.h service/ports/clock.h service/ports/clock.h service/error.h)
check("service/ports>service:" "" service/record.h service/ports/clock.h service/ports/clock.h service/error.h)
check("api/json>api/http" "" api/http/server.h api/codec/base64.h api/codec/base64.h api/json/reader.h
      api/json/reader.h api/http/message.h)
check(passes "service/ports>service" service/record.h service/ports/clock.h service/ports/clock.h
      service/error.h)
check("makes no circle" "service/ports>service" service/record.h service/ports/clock.h)
