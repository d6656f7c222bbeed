# A scratch source that includes HEADER does not compile with the flags INCLUDES, because the header is not
# found. With the flags OTHER it compiles, which proves that the layer makes the difference.
function(compile includes status errors)
  string(REPLACE "|" ";-I" flags "-I${includes}")
  execute_process(COMMAND ${COMPILER} -std=c++20 -fsyntax-only ${flags} ${SCRATCH}/scratch.cc
                  RESULT_VARIABLE code ERROR_VARIABLE text)
  set(${status} ${code} PARENT_SCOPE)
  set(${errors} "${text}" PARENT_SCOPE)
endfunction()

file(WRITE ${SCRATCH}/scratch.cc "#include \"${HEADER}\"\n")
compile("${INCLUDES}" status errors)
if(status EQUAL 0 OR NOT errors MATCHES "${HEADER}: No such file|'${HEADER}' file not found")
  message(FATAL_ERROR "\"${HEADER}\" should not be found with ${INCLUDES}\n${errors}")
endif()
compile("${OTHER}" status errors)
if(NOT status EQUAL 0)
  message(FATAL_ERROR "\"${HEADER}\" should compile with ${OTHER}\n${errors}")
endif()
