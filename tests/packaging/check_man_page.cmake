# cmake -DSOURCE=folder -DBUILD=folder -P check_man_page.cmake: checks that the man page has every section and
# every key, and that groff, where it is installed, has nothing to say about it.
execute_process(COMMAND /usr/bin/python3 ${SOURCE}/packaging/man_page.py ${BUILD}/kafka-gateway ${SOURCE}
                OUTPUT_VARIABLE page COMMAND_ERROR_IS_FATAL ANY)
string(REPLACE "\\-" "-" text "${page}")
foreach(section NAME SYNOPSIS DESCRIPTION OPTIONS EXAMPLES CONFIGURATION "EXIT STATUS" ACCESS KEYS "SEE ALSO")
  if(NOT text MATCHES "\n\\.SH ${section}\n")
    message(SEND_ERROR "there is no section ${section}")
  endif()
endforeach()
foreach(term "--check-config" "--health-check=ready" "75" "hash-password" "Http:Tls:ClientCaFile" "Topics:Deny")
  if(NOT text MATCHES "\n\\.TP\n\\\\fB${term}\\\\fP")
    message(SEND_ERROR "there is no entry for ${term}")
  endif()
endforeach()
if(page MATCHES "${SOURCE}")
  message(SEND_ERROR "the page has paths of the machine that built it")
endif()

find_program(groff groff)
if(groff)
  execute_process(COMMAND ${CMAKE_COMMAND} -E echo "${page}" COMMAND ${groff} -man -Tutf8 -ww -z
                  ERROR_VARIABLE complaints COMMAND_ERROR_IS_FATAL ANY)
  if(complaints)
    message(SEND_ERROR "groff: ${complaints}")
  endif()
endif()
