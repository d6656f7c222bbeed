// All that is counted, as one object. Depend on the part that you need instead.
#ifndef GATEWAY_SERVICE_PORTS_METRICS_H_
#define GATEWAY_SERVICE_PORTS_METRICS_H_

#include "service/ports/http_metrics.h"
#include "service/ports/metrics_exporter.h"
#include "service/ports/produce_metrics.h"

namespace gateway {

class Metrics : public HttpMetrics, public ProduceMetrics, public MetricsExporter {};

}  // namespace gateway

#endif  // GATEWAY_SERVICE_PORTS_METRICS_H_
