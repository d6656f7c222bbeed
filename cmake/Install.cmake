# Installs to PREFIX/bin and PREFIX/share/kafka-gateway, where src/infra/config/file_locator.cc looks
# for the files. Nothing is installed to etc/kafka-gateway, where it looks first: that belongs to the
# administrator, and packages would make its files conffiles.
set(share_folder ${CMAKE_INSTALL_DATADIR}/kafka-gateway)

install(TARGETS kafka-gateway RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
if(TARGET kafka-gateway-tracing)
  install(TARGETS kafka-gateway-tracing LIBRARY
          DESTINATION ${CMAKE_INSTALL_LIBDIR}/kafka-gateway)
endif()
install(FILES config/appsettings.json config/appsettings.Development.json
              config/appsettings.schema.json config/access.schema.json
              config/access.example.json DESTINATION ${share_folder})
install(FILES openapi/openapi.json DESTINATION ${share_folder}/openapi)
# Built by openapi/swagger-ui/build.sh; without it /swagger/ says how to build it.
install(DIRECTORY ${PROJECT_SOURCE_DIR}/build/swagger-ui DESTINATION ${share_folder} OPTIONAL)
