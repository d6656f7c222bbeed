# A scratch program that calls librdkafka does not link against LIBRARY alone. With librdkafka added it links,
# which proves that the missing package makes the difference.
function(link status errors)
  execute_process(COMMAND ${COMPILER} -std=c++20 ${SCRATCH}/scratch.cc ${LIBRARY} ${ARGN}
                          -o ${SCRATCH}/scratch
                  RESULT_VARIABLE code ERROR_VARIABLE text)
  set(${status} ${code} PARENT_SCOPE)
  set(${errors} "${text}" PARENT_SCOPE)
endfunction()

file(WRITE ${SCRATCH}/scratch.cc
     "#include <librdkafka/rdkafka.h>\nint main() { return rd_kafka_version() == 0; }\n")
link(status errors)
if(status EQUAL 0 OR NOT errors MATCHES "undefined reference to .rd_kafka_version")
  message(FATAL_ERROR "librdkafka should not link into ${LIBRARY}\n${errors}")
endif()
link(status errors -lrdkafka)
if(NOT status EQUAL 0)
  message(FATAL_ERROR "with -lrdkafka it should link\n${errors}")
endif()
