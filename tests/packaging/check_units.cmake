# cmake -DSOURCE=folder -P check_units.cmake: checks the units in deploy/systemd and the configuration
# that goes with them.
set(folder ${SOURCE}/deploy/systemd)

# They need only essential packages: /bin/kill, for example, is in procps, which is not.
foreach(unit kafka-gateway.service kafka-gateway@.service)
  file(STRINGS ${folder}/${unit} lines REGEX "^Exec")
  if(NOT lines)
    message(FATAL_ERROR "${unit} runs nothing")
  endif()
  foreach(line IN LISTS lines)
    if(NOT line MATCHES "^Exec[A-Za-z]+=(/usr/bin/kafka-gateway|/bin/sh)( |$)")
      message(SEND_ERROR "${unit}: ${line}\nneeds a program that not every system has")
    endif()
  endforeach()
endforeach()

# The two units differ only in their description and in the file of the instance.
file(STRINGS ${folder}/kafka-gateway.service one REGEX "^#?[A-Z][A-Za-z]+=|^\\[")
file(STRINGS ${folder}/kafka-gateway@.service several REGEX "^#?[A-Z][A-Za-z]+=|^\\[")
list(TRANSFORM several REPLACE " --config /etc/kafka-gateway/instances/%i.json$" "")
list(TRANSFORM several REPLACE " \\(%i\\)$" "")
if(NOT one STREQUAL several)
  message(SEND_ERROR "the units differ:\n${one}\n${several}")
endif()

# systemd must not kill a gateway that drains.
file(READ ${folder}/appsettings.Production.json production)
file(READ ${SOURCE}/config/appsettings.json defaults)
string(JSON grace GET "${production}" Shutdown GraceMs)
string(JSON drain GET "${defaults}" Shutdown DrainTimeoutMs)
string(REGEX MATCH "TimeoutStopSec=([0-9]+)" stop "${one}")
math(EXPR needed "${grace} + ${drain}")
if(NOT "${CMAKE_MATCH_1}000" GREATER needed)
  message(SEND_ERROR "${stop} is not longer than GraceMs and DrainTimeoutMs, ${needed} ms")
endif()

# What people see first shows the defaults, except for the time that balancers need.
foreach(key "Http;Address" "Http;Port" "Kafka;BootstrapServers")
  string(JSON shown GET "${production}" ${key})
  string(JSON default GET "${defaults}" ${key})
  if(NOT shown STREQUAL default)
    message(SEND_ERROR "appsettings.Production.json: ${key} is ${shown}, and the default ${default}")
  endif()
endforeach()

# Packages have this file in /etc, as a conffile. If a version changed it, dpkg would ask every administrator
# who changed it, too, and an upgrade without a terminal would fail: give keys another default instead.
file(SHA256 ${folder}/appsettings.Production.json digest)
if(NOT digest STREQUAL 3651417d589b51abe29196a966f9ba6d8e0c815bbe81b7bc3f1674b2992c4cd8)
  message(SEND_ERROR "appsettings.Production.json has changed")
endif()
