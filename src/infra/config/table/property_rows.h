// Shared by the files with rows of the table: units, bounds and limits, and the rows that have a
// separate file. Included only by files with rows.
#ifndef GATEWAY_INFRA_CONFIG_TABLE_PROPERTY_ROWS_H_
#define GATEWAY_INFRA_CONFIG_TABLE_PROPERTY_ROWS_H_

#include <string_view>
#include <utility>
#include <vector>

#include "infra/config/table/properties.h"

namespace gateway::config {

inline constexpr std::string_view kMs = "milliseconds";
inline constexpr std::string_view kBytes = "bytes";
inline constexpr double kHour = 3'600'000;
inline constexpr double kDay = 24 * kHour;
inline constexpr double kInt32Max = 2'147'483'647;
inline constexpr double kTebibyte = 1'099'511'627'776;

inline Property Ranged(Property property, double minimum, double maximum) {
  property.minimum = minimum;
  property.maximum = maximum;
  return property;
}

inline Property Choice(Property property, std::vector<std::string_view> allowed,
                       std::string_view reason = "") {
  property.allowed = std::move(allowed);
  property.reason = reason;
  return property;
}

inline Property Text(Property property, TextRule rule) {
  property.rule = rule;
  return property;
}

inline Property Secret(Property property) {
  property.secret = true;
  return property;
}

// Rows of the section Kafka and of the sections below it.
void AddKafka(std::vector<Property>* rows);

}  // namespace gateway::config

#endif  // GATEWAY_INFRA_CONFIG_TABLE_PROPERTY_ROWS_H_
