# Where config.md says the files are looked for.
install(TARGETS kafka-gateway RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
