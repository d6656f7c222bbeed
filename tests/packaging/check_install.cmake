# cmake -DSOURCE=folder -DBUILD=folder -DSCRATCH=folder -P check_install.cmake: checks which files
# `cmake --install` puts where, and that the installed gateway finds its defaults and the administrator's
# configuration.
file(REMOVE_RECURSE ${SCRATCH})
execute_process(COMMAND ${CMAKE_COMMAND} --install ${BUILD} --prefix ${SCRATCH} OUTPUT_QUIET
                COMMAND_ERROR_IS_FATAL ANY)

set(share ${SCRATCH}/share/kafka-gateway)
foreach(file appsettings.json appsettings.Development.json appsettings.schema.json
             access.schema.json access.example.json
             openapi/openapi.json)
  if(NOT EXISTS ${share}/${file})
    message(SEND_ERROR "share/kafka-gateway/${file} is not installed")
  endif()
endforeach()
# Package files in that folder would be conffiles, about which each upgrade asks the administrator.
file(GLOB_RECURSE etc RELATIVE ${SCRATCH} ${SCRATCH}/etc/*)
if(etc)
  message(SEND_ERROR "etc is the administrator's, and these are installed there: ${etc}")
endif()

# Values that are not defaults are printed with their source.
file(READ ${share}/appsettings.json defaults)
string(JSON defaults SET "${defaults}" Http Threads 3)
file(WRITE ${share}/appsettings.json "${defaults}")
set(administrator ${SCRATCH}/etc/kafka-gateway/appsettings.Production.json)
file(WRITE ${administrator} [[{"Http": {"Port": 8123}}]])
execute_process(COMMAND ${CMAKE_COMMAND} -E env --unset=GATEWAY_ENVIRONMENT
                        ${SCRATCH}/bin/kafka-gateway --print-config
                WORKING_DIRECTORY / OUTPUT_VARIABLE printed COMMAND_ERROR_IS_FATAL ANY)
foreach(line "Http:Threads = 3  (file ${share}/appsettings.json)"
             "Http:Port = 8123  (file ${administrator})")
  string(FIND "${printed}" "\n${line}\n" found)
  if(found EQUAL -1)
    message(SEND_ERROR "there is no line '${line}' in:\n${printed}")
  endif()
endforeach()

# The configuration that packages begin with is valid, and its schema is where it says.
file(COPY_FILE ${SOURCE}/deploy/systemd/appsettings.Production.json ${administrator})
execute_process(COMMAND ${CMAKE_COMMAND} -E env --unset=GATEWAY_ENVIRONMENT
                        ${SCRATCH}/bin/kafka-gateway --check-config
                WORKING_DIRECTORY / OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
file(READ ${administrator} production)
string(JSON schema GET "${production}" $schema)
string(REGEX REPLACE "^/usr/" "${SCRATCH}/" schema "${schema}")
if(NOT EXISTS ${schema})
  message(SEND_ERROR "${administrator} names a schema that is not installed")
endif()
