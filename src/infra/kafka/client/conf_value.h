// Reads a property back from a librdkafka configuration. Pure; any thread.
#ifndef GATEWAY_INFRA_KAFKA_CLIENT_CONF_VALUE_H_
#define GATEWAY_INFRA_KAFKA_CLIENT_CONF_VALUE_H_

#include <librdkafka/rdkafka.h>

#include <array>
#include <cstddef>
#include <string>

namespace gateway {

// "" if it is not set, or is longer than 63 bytes.
inline std::string ConfValue(const rd_kafka_conf_t* conf, const char* name) {
  std::array<char, 64> text{};
  std::size_t size = text.size();
  if (rd_kafka_conf_get(conf, name, text.data(), &size) != RD_KAFKA_CONF_OK) return "";
  return text.data();
}

}  // namespace gateway

#endif  // GATEWAY_INFRA_KAFKA_CLIENT_CONF_VALUE_H_
