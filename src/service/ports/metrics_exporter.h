// The port behind GET /metrics. Any thread; may take milliseconds.
#ifndef GATEWAY_SERVICE_PORTS_METRICS_EXPORTER_H_
#define GATEWAY_SERVICE_PORTS_METRICS_EXPORTER_H_

#include <string>

namespace gateway {

class MetricsExporter {
 public:
  virtual ~MetricsExporter() = default;

  // The Prometheus text format (version 0.0.4) of everything counted so far.
  virtual std::string Scrape() const = 0;
};

}  // namespace gateway

#endif  // GATEWAY_SERVICE_PORTS_METRICS_EXPORTER_H_
