// The whole program: builds every layer from the settings, wires them, serves until a signal asks
// it to stop, and drains. With main.cc and options.h the only place that includes all three layers.
// Owned by main, which runs it on the main thread; not thread-safe.
#ifndef GATEWAY_APP_GATEWAY_H_
#define GATEWAY_APP_GATEWAY_H_

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "api/api.h"
#include "api/http/net/server.h"
#include "api/http/net/tls_context.h"
#include "app/kafka_secrets.h"
#include "infra/access/access_file.h"
#include "infra/config/file_locator.h"
#include "infra/config/settings.h"
#include "infra/crypto/openssl_hasher.h"
#include "infra/crypto/password_hash.h"
#include "infra/kafka/client/client_hooks.h"
#include "infra/kafka/client/embedded_broker.h"
#include "infra/kafka/kafka_producer.h"
#include "infra/kafka/metadata/kafka_topic_catalog.h"
#include "infra/logging/async_logger.h"
#include "infra/metrics/prometheus_metrics.h"
#include "infra/metrics/rdkafka_metrics.h"
#include "infra/os/service_manager.h"
#include "infra/os/signals.h"
#include "infra/os/system_clock.h"
#include "infra/os/watched_file.h"
#include "infra/tokens/key_fetcher.h"
#include "service/auth/passwords/password_workers.h"
#include "service/auth/passwords/verified_passwords.h"
#include "service/auth/policy/access_control.h"
#include "service/auth/rates.h"
#include "service/health/lifecycle.h"
#include "service/health/liveness.h"
#include "service/health/readiness.h"
#include "service/ports/tracer.h"
#include "service/produce/produce_service.h"

namespace gateway {

class Gateway final {
 public:
  // `signals` and `manager` must outlive the gateway; `signals` must be created before any thread
  // is started.
  Gateway(Settings settings, FileLocator files, const Signals& signals, ServiceManager& manager);
  Gateway(const Gateway&) = delete;
  Gateway& operator=(const Gateway&) = delete;

  // Serves until SIGTERM or SIGINT, then drains. Call it once. Returns the exit code. After a
  // drain: 0 if every record was stored, 75 if the drain abandoned some. If the gateway could not
  // start: 69 (address in use), 78 (configuration) or 1 (anything else). A second SIGTERM or SIGINT
  // during the drain ends the process with 1.
  int Run();

 private:
  using SteadyClock = std::chrono::steady_clock;
  using ExitCode = std::optional<int>;  // absent: continue

  // The steps of Run, in order. Each error that prevents serving is logged.
  void PrepareProcess();
  ExitCode StartKafka();
  ExitCode StartTracing();
  ExitCode LoadAccess();
  ExitCode BuildApi();
  ExitCode LoadTls();
  ExitCode StartServers();
  ExitCode Listen(http::Server* server, const char* name);
  int WaitForStop();  // returns the signal
  int Drain();
  void TellManager();
  void KeepAlive();

  PrometheusOptions MetricsOptions();
  ApiOptions MakeApiOptions();
  std::unique_ptr<KafkaTopicCatalog> MakeCatalog();
  GatewayState State() const;
  void OnHangup();
  void ReloadTls();
  void ReloadAccess();
  void WatchKeyFiles(const AccessFile& file);
  bool AccessHasChanged();
  void ReloadKafka(KafkaProducer::Changed changed);
  static Sha256Digest RandomMacKey();
  static void NamePasswordWorker();
  KafkaProducer::DrainResult DrainProducer(SteadyClock::time_point deadline);
  void WaitUntil(SteadyClock::time_point deadline, const std::function<bool()>& done);

  // Members are destroyed from last to first; their order here is chosen for that.
  const Settings settings_;
  const FileLocator files_;
  const Signals& signals_;
  ServiceManager& manager_;
  SystemClock clock_;
  AsyncLogger log_;
  RdkafkaMetrics rdkafka_;
  PrometheusMetrics metrics_;
  Lifecycle lifecycle_;
  Liveness liveness_{clock_};
  std::unique_ptr<TokenProvider> kafka_tokens_;  // null: Kafka wants none
  ClientHooks kafka_hooks_;
  std::shared_ptr<CurrentKafkaSettings> kafka_settings_;  // with resolved addresses
  KafkaSecrets kafka_secrets_;
  std::unique_ptr<EmbeddedBroker> embedded_;  // null: there is a real cluster
  std::unique_ptr<Readiness> readiness_;
  std::unique_ptr<ProduceService> service_;
  const OpensslHasher hasher_;
  std::optional<WatchedFile> access_file_;  // absent: callers are not authenticated
  std::vector<WatchedFile> key_files_;      // that the access file names
  RateTable rate_table_{clock_};
  KeyFetcher key_fetcher_{clock_, log_};
  const PasswordHashVerifier password_verifier_;
  VerifiedPasswords verified_passwords_{RandomMacKey(), hasher_};
  PasswordWorkers password_workers_{NamePasswordWorker};
  const PolicyTools policy_tools_{
      hasher_, rate_table_, key_fetcher_, {&password_verifier_, &verified_passwords_}};
  std::unique_ptr<AccessControl> access_;  // null: likewise
  std::unique_ptr<Tracer> tracer_;         // null: no spans are recorded
  std::unique_ptr<Api> api_;
  // These two are destroyed before `api_`, because their last results answer its requests.
  std::unique_ptr<KafkaTopicCatalog> catalog_;
  std::unique_ptr<KafkaProducer> producer_;
  std::unique_ptr<http::TlsContext> tls_;  // null: plain HTTP
  std::unique_ptr<http::Server> server_;
  std::unique_ptr<http::Server> management_;  // null: `server_` serves health and metrics
};

}  // namespace gateway

#endif  // GATEWAY_APP_GATEWAY_H_
