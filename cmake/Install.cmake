# Where src/infra/config/file_locator.cc looks for the files: PREFIX/bin, PREFIX/share/kafka-gateway, and
# PREFIX/etc/kafka-gateway, which is /etc/kafka-gateway for the prefix /usr.
set(config_folder ${CMAKE_INSTALL_SYSCONFDIR})
if(CMAKE_INSTALL_PREFIX STREQUAL "/usr")
  set(config_folder ${CMAKE_INSTALL_FULL_SYSCONFDIR})
endif()
set(share_folder ${CMAKE_INSTALL_DATADIR}/kafka-gateway)

install(TARGETS kafka-gateway RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
if(TARGET kafka-gateway-tracing)
  install(TARGETS kafka-gateway-tracing LIBRARY
          DESTINATION ${CMAKE_INSTALL_LIBDIR}/kafka-gateway)
endif()
install(DIRECTORY config/ DESTINATION ${config_folder}/kafka-gateway
        FILES_MATCHING PATTERN "appsettings*.json" PATTERN "*.schema.json" EXCLUDE)
install(FILES config/appsettings.schema.json DESTINATION ${share_folder})
install(FILES openapi/openapi.json DESTINATION ${share_folder}/openapi)
# Made by openapi/swagger-ui/build.sh; without it the gateway says at /swagger/ how to make it.
install(DIRECTORY ${PROJECT_SOURCE_DIR}/build/swagger-ui DESTINATION ${share_folder} OPTIONAL)
