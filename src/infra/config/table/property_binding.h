// How a row of the table reads and writes its field of Settings: conversions between the types of
// the fields and config::Value. Included only by files with rows.
#ifndef GATEWAY_INFRA_CONFIG_TABLE_PROPERTY_BINDING_H_
#define GATEWAY_INFRA_CONFIG_TABLE_PROPERTY_BINDING_H_

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "infra/config/table/properties.h"

namespace gateway::config {

// The spelling of each enumerator. One overload per enumeration of settings.h.
template <typename E, std::size_t kSize>
using Names = std::array<std::pair<std::string_view, E>, kSize>;

constexpr Names<KafkaProfile, 3> NamesOf(KafkaProfile /*tag*/) {
  return {{{"balanced", KafkaProfile::kBalanced},
           {"high-throughput", KafkaProfile::kHighThroughput},
           {"low-latency", KafkaProfile::kLowLatency}}};
}
constexpr Names<LogLevel, 6> NamesOf(LogLevel /*tag*/) {
  return {{{"Trace", LogLevel::kTrace},
           {"Debug", LogLevel::kDebug},
           {"Information", LogLevel::kInformation},
           {"Warning", LogLevel::kWarning},
           {"Error", LogLevel::kError},
           {"Critical", LogLevel::kCritical}}};
}
constexpr Names<LogFormat, 2> NamesOf(LogFormat /*tag*/) {
  return {{{"json", LogFormat::kJson}, {"text", LogFormat::kText}}};
}
constexpr Names<ClientCertificateMode, 2> NamesOf(ClientCertificateMode /*tag*/) {
  return {{{"required", ClientCertificateMode::kRequired},
           {"optional", ClientCertificateMode::kOptional}}};
}
constexpr Names<AccessLogMode, 3> NamesOf(AccessLogMode /*tag*/) {
  return {{{"problems", AccessLogMode::kProblems},
           {"all", AccessLogMode::kAll},
           {"off", AccessLogMode::kOff}}};
}

constexpr Names<KafkaProtocol, 4> NamesOf(KafkaProtocol /*tag*/) {
  return {{{"plaintext", KafkaProtocol::kPlaintext},
           {"ssl", KafkaProtocol::kSsl},
           {"sasl_plaintext", KafkaProtocol::kSaslPlaintext},
           {"sasl_ssl", KafkaProtocol::kSaslSsl}}};
}
constexpr Names<SaslMechanism, 4> NamesOf(SaslMechanism /*tag*/) {
  return {{{"PLAIN", SaslMechanism::kPlain},
           {"SCRAM-SHA-256", SaslMechanism::kScramSha256},
           {"SCRAM-SHA-512", SaslMechanism::kScramSha512},
           {"OAUTHBEARER", SaslMechanism::kOauthbearer}}};
}

template <typename T>
struct Unwrapped {
  using Type = T;
  static constexpr bool kOptional = false;
};
template <typename T>
struct Unwrapped<std::optional<T>> {
  using Type = T;
  static constexpr bool kOptional = true;
};

template <typename T>
Value ToValue(const T& field) {
  if constexpr (Unwrapped<T>::kOptional) {
    return field ? ToValue(*field) : Value(std::monostate());
  } else if constexpr (std::is_enum_v<T>) {
    for (const auto& name : NamesOf(T{})) {
      if (name.second == field) return std::string(name.first);
    }
    return std::string();
  } else if constexpr (std::is_integral_v<T> && !std::is_same_v<T, bool>) {
    return static_cast<std::int64_t>(field);
  } else if constexpr (std::is_same_v<T, std::chrono::milliseconds>) {
    return static_cast<std::int64_t>(field.count());
  } else {
    return field;
  }
}

template <typename T>
void FromValue(const Value& value, T* field) {
  if constexpr (Unwrapped<T>::kOptional) {
    field->reset();
    if (!std::holds_alternative<std::monostate>(value)) FromValue(value, &field->emplace());
  } else if constexpr (std::is_enum_v<T>) {
    for (const auto& name : NamesOf(T{})) {
      if (name.first == std::get<std::string>(value)) *field = name.second;
    }
  } else if constexpr (std::is_same_v<T, bool>) {
    *field = std::get<bool>(value);
  } else if constexpr (std::is_integral_v<T>) {
    *field = static_cast<T>(std::get<std::int64_t>(value));
  } else if constexpr (std::is_same_v<T, std::chrono::milliseconds>) {
    *field = T(std::get<std::int64_t>(value));
  } else {
    *field = std::get<T>(value);
  }
}

// A row bound to the field named by the member pointers: Bind<&Settings::http, &Http::port>.
template <auto... kMembers>
Property Bind(std::string_view path, std::string_view unit, std::string_view sentence) {
  using Field = std::remove_cvref_t<decltype((std::declval<Settings&>().*....*kMembers))>;
  Property property;
  property.path = path;
  property.unit = unit;
  property.sentence = sentence;
  property.get = [](const Settings& settings) { return ToValue((settings.*....*kMembers)); };
  property.set = [](Settings& settings, const Value& value) {
    FromValue(value, &(settings.*....*kMembers));
  };
  property.type = static_cast<PropertyType>(ToValue(typename Unwrapped<Field>::Type{}).index());
  property.optional = Unwrapped<Field>::kOptional;
  using Plain = typename Unwrapped<Field>::Type;
  if constexpr (std::is_enum_v<Plain>) {
    for (const auto& name : NamesOf(Plain{})) property.allowed.push_back(name.first);
  }
  return property;
}

}  // namespace gateway::config

#endif  // GATEWAY_INFRA_CONFIG_TABLE_PROPERTY_BINDING_H_
