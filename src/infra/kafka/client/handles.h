// Owning pointers for librdkafka's C objects. When librdkafka takes over an object (rd_kafka_new a
// configuration, producev headers), release the pointer after the call has succeeded.
#ifndef GATEWAY_INFRA_KAFKA_CLIENT_HANDLES_H_
#define GATEWAY_INFRA_KAFKA_CLIENT_HANDLES_H_

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include <memory>

namespace gateway {

struct RdDeleter {
  void operator()(rd_kafka_conf_t* conf) const { rd_kafka_conf_destroy(conf); }
  void operator()(rd_kafka_t* rk) const { rd_kafka_destroy(rk); }
  void operator()(rd_kafka_topic_t* rkt) const { rd_kafka_topic_destroy(rkt); }
  void operator()(rd_kafka_queue_t* queue) const { rd_kafka_queue_destroy(queue); }
  void operator()(rd_kafka_event_t* event) const { rd_kafka_event_destroy(event); }
  void operator()(rd_kafka_headers_t* headers) const { rd_kafka_headers_destroy(headers); }
  void operator()(const rd_kafka_metadata_t* metadata) const {
    rd_kafka_metadata_destroy(metadata);
  }
  void operator()(rd_kafka_ConfigResource_t* resource) const {
    rd_kafka_ConfigResource_destroy(resource);
  }
  void operator()(rd_kafka_AdminOptions_t* options) const {
    rd_kafka_AdminOptions_destroy(options);
  }
  void operator()(rd_kafka_mock_cluster_t* cluster) const {
    rd_kafka_mock_cluster_destroy(cluster);
  }
};

using RdConf = std::unique_ptr<rd_kafka_conf_t, RdDeleter>;
using RdClient = std::unique_ptr<rd_kafka_t, RdDeleter>;
using RdTopic = std::unique_ptr<rd_kafka_topic_t, RdDeleter>;
using RdQueue = std::unique_ptr<rd_kafka_queue_t, RdDeleter>;
using RdEvent = std::unique_ptr<rd_kafka_event_t, RdDeleter>;
using RdHeaders = std::unique_ptr<rd_kafka_headers_t, RdDeleter>;
using RdMetadata = std::unique_ptr<const rd_kafka_metadata_t, RdDeleter>;
using RdConfigResource = std::unique_ptr<rd_kafka_ConfigResource_t, RdDeleter>;
using RdAdminOptions = std::unique_ptr<rd_kafka_AdminOptions_t, RdDeleter>;
using RdMockCluster = std::unique_ptr<rd_kafka_mock_cluster_t, RdDeleter>;

}  // namespace gateway

#endif  // GATEWAY_INFRA_KAFKA_CLIENT_HANDLES_H_
