// Helpers to build prometheus-cpp's MetricFamily. Pure functions.
#ifndef GATEWAY_INFRA_METRICS_FAMILIES_H_
#define GATEWAY_INFRA_METRICS_FAMILIES_H_

#include <prometheus/metric_family.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace gateway {

using MetricLabels = std::vector<prometheus::ClientMetric::Label>;

inline prometheus::MetricFamily MakeFamily(prometheus::MetricType type, std::string name,
                                           std::string help) {
  prometheus::MetricFamily family;
  family.type = type;
  family.name = std::move(name);
  family.help = std::move(help);
  return family;
}

// Shards are read one after another, so a gauge can look negative for a moment.
inline double AtLeastZero(std::int64_t value) {
  return value < 0 ? 0.0 : static_cast<double>(value);
}

inline void AddCounter(prometheus::MetricFamily& family, MetricLabels labels, double value) {
  prometheus::ClientMetric& metric = family.metric.emplace_back();
  metric.label = std::move(labels);
  metric.counter.value = value;
}

inline void AddGauge(prometheus::MetricFamily& family, MetricLabels labels, double value) {
  prometheus::ClientMetric& metric = family.metric.emplace_back();
  metric.label = std::move(labels);
  metric.gauge.value = value;
}

inline void AddHistogram(prometheus::MetricFamily& family, MetricLabels labels,
                         prometheus::ClientMetric histogram) {
  histogram.label = std::move(labels);
  family.metric.push_back(std::move(histogram));
}

inline prometheus::MetricFamily CounterFamily(std::string name, std::string help, double value) {
  prometheus::MetricFamily family =
      MakeFamily(prometheus::MetricType::Counter, std::move(name), std::move(help));
  AddCounter(family, {}, value);
  return family;
}

inline prometheus::MetricFamily GaugeFamily(std::string name, std::string help, double value) {
  prometheus::MetricFamily family =
      MakeFamily(prometheus::MetricType::Gauge, std::move(name), std::move(help));
  family.metric.emplace_back().gauge.value = value;
  return family;
}

inline prometheus::MetricFamily HistogramFamily(std::string name, std::string help,
                                                prometheus::ClientMetric histogram) {
  prometheus::MetricFamily family =
      MakeFamily(prometheus::MetricType::Histogram, std::move(name), std::move(help));
  AddHistogram(family, {}, std::move(histogram));
  return family;
}

}  // namespace gateway

#endif  // GATEWAY_INFRA_METRICS_FAMILIES_H_
