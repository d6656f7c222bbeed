# Where src/infra/config/file_locator.cc looks for the files: PREFIX/bin and PREFIX/share/kafka-gateway.
# Nothing goes to etc/kafka-gateway, where it looks first: that is the administrator's, and packages
# would make conffiles of what is there.
set(share_folder ${CMAKE_INSTALL_DATADIR}/kafka-gateway)

install(TARGETS kafka-gateway RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
if(TARGET kafka-gateway-tracing)
  install(TARGETS kafka-gateway-tracing LIBRARY
          DESTINATION ${CMAKE_INSTALL_LIBDIR}/kafka-gateway)
endif()
install(FILES config/appsettings.json config/appsettings.Development.json
              config/appsettings.schema.json DESTINATION ${share_folder})
install(FILES openapi/openapi.json DESTINATION ${share_folder}/openapi)
# Made by openapi/swagger-ui/build.sh; without it the gateway says at /swagger/ how to make it.
install(DIRECTORY ${PROJECT_SOURCE_DIR}/build/swagger-ui DESTINATION ${share_folder} OPTIONAL)
