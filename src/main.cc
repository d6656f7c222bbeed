// The composition root: with app/ the only place that names all three layers. Settings ->
// infra -> service -> api -> serve -> drain.
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "api/api.h"
#include "api/http/net/server.h"
#include "api/http/net/tls_context.h"
#include "app/options.h"
#include "infra/config/startup.h"
#include "infra/kafka/client/client_config.h"
#include "infra/kafka/client/embedded_broker.h"
#include "infra/kafka/kafka_producer.h"
#include "infra/kafka/metadata/kafka_topic_catalog.h"
#include "infra/logging/async_logger.h"
#include "infra/metrics/prometheus_metrics.h"
#include "infra/metrics/rdkafka_metrics.h"
#include "infra/os/resource_limits.h"
#include "infra/os/signals.h"
#include "infra/os/system_clock.h"
#include "infra/tracing/tracing_module.h"
#include "service/health/lifecycle.h"
#include "service/health/liveness.h"
#include "service/health/readiness.h"
#include "service/ports/tracer.h"
#include "service/produce/produce_service.h"

namespace gateway {
namespace {

using std::chrono::milliseconds;
using SteadyClock = std::chrono::steady_clock;

// Exit codes (sysexits.h where it has one).
constexpr int kExitDrained = 0;
constexpr int kExitFault = 1;
constexpr int kExitAddressInUse = 69;
constexpr int kExitRecordsLost = 75;

// Waits for `done`, at most until `deadline`; ends at once, with the process, on a further signal
// to stop.
template <typename Done>
bool WaitUntil(const Signals& signals, Liveness* liveness, SteadyClock::time_point deadline,
               Done done) {
  while (!done()) {
    liveness->Tick();
    if (SteadyClock::now() >= deadline) return false;
    const int signal = signals.WaitFor(milliseconds(10));
    if (signal != 0 && signal != SIGHUP) _exit(kExitFault);
  }
  return true;
}

// Everything that runs, in the order in which it is made; destroyed in the opposite order.
class Gateway final {
 public:
  Gateway(const LoadedConfig& config, const FileLocator& files, const Signals& signals)
      : settings_(config.settings),
        signals_(signals),
        log_(clock_, LoggerOptionsOf(settings_.logging)),
        metrics_(MetricsOptions()),
        files_(files) {}

  int Run() {
    RaiseOpenFileLimit();
    // Before there are threads, which inherit it; the log's own, which is there, does not matter.
    if (settings_.process.batch_scheduling && !UseBatchScheduling()) {
      log_.Log(LogLevel::kInformation, "scheduling-refused",
               "The system does not let the gateway use SCHED_BATCH, so it is somewhat slower.");
    }
    if (const int code = StartKafka(); code != 0) return code;
    readiness_ = std::make_unique<Readiness>(*producer_, lifecycle_, clock_,
                                             settings_.health.kafka_down_grace);
    service_ = std::make_unique<ProduceService>(
        *producer_, clock_, metrics_, TopicPolicy(settings_.topics.allow, settings_.topics.deny),
        RecordLimitsOf(settings_.limits));
    catalog_ = MakeCatalog();
    if (const int code = StartTracing(); code != 0) return code;
    api_ = std::make_unique<Api>(MakeApiOptions(), *service_, *catalog_, *readiness_, lifecycle_,
                                 clock_, metrics_, log_);
    if (const int code = LoadTls(); code != 0) return code;
    http::ServerOptions server_options = ServerOptionsOf(settings_.http);
    server_options.tls = tls_.get();
    server_options.bursts = producer_.get();
    server_ =
        std::make_unique<http::Server>(std::move(server_options), api_->handler(), metrics_, log_);
    if (settings_.management.port) {
      management_ = std::make_unique<http::Server>(ManagementOptionsOf(settings_),
                                                   api_->management_handler(), metrics_, log_);
    }
    for (http::Server* const server : {server_.get(), management_.get()}) {
      if (server == nullptr) continue;
      server->Watch(server == server_.get() ? "http" : "management", &liveness_);
      if (const auto port = server->Listen(); !port.ok()) {
        log_.Log(LogLevel::kCritical, "listen-failed", port.error().detail,
                 {{"management", server == management_.get()}});
        return port.error().address_in_use ? kExitAddressInUse : kExitFault;
      }
    }
    if (management_) {
      management_->Start();
      log_.Log(LogLevel::kInformation, "management-listening",
               "Health and metrics are on a port of their own.",
               {{"url", std::string_view(management_->url())}});
    }
    server_->Start();
    log_.Log(LogLevel::kInformation, "listening", "The gateway is listening.",
             {{"url", std::string_view(server_->url())}, {"version", GATEWAY_VERSION}});
    const int signal = WaitForStop();
    log_.Log(LogLevel::kInformation, "stopping", "A signal asks the gateway to stop.",
             {{"signal", std::int64_t{signal}}});
    return Drain();
  }

 private:
  PrometheusOptions MetricsOptions() {
    PrometheusOptions options = PrometheusOptionsOf(settings_);
    options.version = GATEWAY_VERSION;
    options.revision = GATEWAY_REVISION;
    options.librdkafka_version = LibrdkafkaVersion();
    options.pistache_version = GATEWAY_PISTACHE_VERSION;
    options.dropped_log_lines = [this] { return log_.dropped(); };
    options.state = [this] { return State(); };
    options.rdkafka = &rdkafka_;
    return options;
  }

  // For a scrape, which a server asks for: by then everything is there.
  GatewayState State() const {
    const Readiness::Report report = readiness_->Check();
    GatewayState state;
    state.ready = report.state != Readiness::State::kNotReady;
    state.kafka = report.kafka;
    if (const auto since = report.kafka.since_delivery) {
      state.last_delivery = clock_.UnixMillis() - since->count();
    }
    state.admitted_requests = api_->admission().requests();
    state.admitted_bytes = api_->admission().bytes();
    if (tls_) state.certificate_expires = tls_->expires();
    return state;
  }

  ApiOptions MakeApiOptions() const {
    ApiOptions options;
    options.max_in_flight_requests = settings_.limits.max_in_flight_requests;
    options.max_in_flight_bytes = settings_.limits.max_in_flight_bytes;
    options.request_timeout = settings_.limits.request_timeout;
    options.allowed_origins = settings_.http.cors.allowed_origins;
    options.headers_from_request = settings_.records.headers_from_request;
    options.management_apart = settings_.management.port.has_value();
    options.access_log = AccessLogOptionsOf(settings_.logging);
    options.liveness = &liveness_;
    options.tracer = tracer_.get();
    options.site = SiteOptionsOf(files_, embedded_ != nullptr);
    options.site.management_apart = options.management_apart;
    return options;
  }

  // 0, or the exit code.
  int LoadTls() {
    if (!UsesTls(settings_)) return 0;
    auto context = http::TlsContext::Load(TlsFilesOf(settings_.http.tls));
    if (!context.ok()) {  // they were well when the configuration was checked
      log_.Log(LogLevel::kCritical, "tls-failed",
               std::string(context.error().key) + ": " + context.error().what);
      return kExitBadConfiguration;
    }
    tls_ = std::move(context).value();
    return 0;
  }

  // 0, or the exit code.
  int StartTracing() {
    if (!settings_.tracing.enabled) return 0;
    auto tracer = LoadTracing(FileLocator::CurrentExecutable(), {GATEWAY_VERSION, &log_});
    if (!tracer.ok()) {
      log_.Log(LogLevel::kCritical, "tracing-failed", tracer.error());
      return kExitBadConfiguration;
    }
    tracer_ = std::move(tracer).value();
    return 0;
  }

  // The number of the signal that asks the gateway to stop.
  int WaitForStop() {
    while (true) {
      const int signal = signals_.WaitFor(Liveness::kTick);
      if (signal == SIGHUP) ReloadTls();
      if (signal != 0 && signal != SIGHUP) return signal;
      liveness_.Tick();
    }
  }

  void ReloadTls() {
    if (!tls_) {
      log_.Log(LogLevel::kInformation, "hangup-ignored",
               "SIGHUP has the gateway read its certificates again, and it has none.");
    } else if (const auto fault = tls_->Reload()) {
      log_.Log(LogLevel::kError, "tls-reload-failed",
               "The certificates were not read again; those from before stay in use.",
               {{"key", fault->key}, {"error", std::string_view(fault->what)}});
    } else {
      log_.Log(LogLevel::kInformation, "tls-reloaded",
               "New connections get the certificates as they are now.",
               {{"expiresInDays", DaysUntil(tls_->expires())}});
    }
  }

  static std::int64_t DaysUntil(std::chrono::system_clock::time_point when) {
    return std::chrono::duration_cast<std::chrono::hours>(when - std::chrono::system_clock::now())
               .count() /
           24;
  }

  // 0, or the exit code.
  int StartKafka() {
    KafkaProducer::Options options;
    options.kafka = settings_.kafka;
    options.max_record_bytes = settings_.limits.max_record_bytes;
    options.accumulator.max_held = settings_.kafka.message_timeout;
    options.accumulator.topic_bytes = settings_.limits.max_in_flight_bytes / 2;
    options.heartbeat = &liveness_.Add("kafka-reports", kReportsLimit);
    options.on_statistics = [this](std::size_t client, std::string_view json) {
      rdkafka_.OnStatistics(client, json);
    };
    options.on_replaced = [this] { rdkafka_.OnReplaced(); };
    if (settings_.kafka.bootstrap_servers == "embedded") {
      auto broker = EmbeddedBroker::Start(log_);
      if (!broker.ok()) {
        log_.Log(LogLevel::kCritical, "embedded-kafka-failed", broker.error());
        return kExitFault;
      }
      embedded_ = std::move(broker).value();
      options.kafka.bootstrap_servers = embedded_->bootstrap_servers();
      options.embedded = true;
    }
    auto producer = KafkaProducer::Create(std::move(options), log_, metrics_, clock_);
    if (!producer.ok()) {
      // What only librdkafka itself finds when it starts, such as a certificate that cannot be
      // read.
      log_.Log(LogLevel::kCritical, "producer-failed", producer.error());
      return kExitBadConfiguration;
    }
    producer_ = std::move(producer).value();
    return 0;
  }

  std::unique_ptr<KafkaTopicCatalog> MakeCatalog() const {
    Settings::Kafka kafka = settings_.kafka;
    const bool embedded = embedded_ != nullptr;
    if (embedded) kafka.bootstrap_servers = embedded_->bootstrap_servers();
    return std::make_unique<KafkaTopicCatalog>(
        [kafka, embedded, max_record_bytes = settings_.limits.max_record_bytes] {
          return MakeKafkaConf({kafka, max_record_bytes, embedded}, KafkaClientKind::kLookup);
        },
        KafkaTopicCatalog::Options());
  }

  // lifecycle.h describes the sequence.
  int Drain() {
    server_->BeginClosing();  // first: who sees that it is not ready sees answers that close, too
    lifecycle_.BeginShutdown();
    const auto closing = SteadyClock::now() + settings_.shutdown.grace;
    WaitUntil(signals_, &liveness_, closing, [] { return false; });
    const auto deadline = SteadyClock::now() + settings_.shutdown.drain_timeout;
    lifecycle_.BeginDrain(deadline);
    server_->StopAccepting();

    KafkaProducer::DrainResult result;
    std::atomic<bool> drained{false};
    std::thread drainer([&] {
      result = producer_->Drain(deadline, [this] { return server_->RequestsMayCome(); });
      drained = true;
    });
    WaitUntil(signals_, &liveness_, SteadyClock::time_point::max(), [&] { return drained.load(); });
    drainer.join();
    // A client that does not read its answer has had its time.
    WaitUntil(signals_, &liveness_, SteadyClock::now() + kLastAnswers,
              [this] { return server_->connections() == 0; });
    server_->Stop();
    // Last: it reported all the while that this one is not ready.
    if (management_) management_->Stop();
    log_.Log(LogLevel::kInformation, "stopped",
             "The gateway has stopped; the counts are of the records of its drain.",
             {{"delivered", result.delivered},
              {"not_persisted", result.not_persisted},
              {"possibly_persisted", result.possibly_persisted}});
    return result.NothingLost() ? kExitDrained : kExitRecordsLost;
  }

  static constexpr milliseconds kLastAnswers{3'000};
  // A turn of it may have to destroy an instance, which waits for a name to be looked up.
  static constexpr std::chrono::seconds kReportsLimit{180};

  const Settings settings_;
  const Signals& signals_;
  SystemClock clock_;
  AsyncLogger log_;
  RdkafkaMetrics rdkafka_{PrometheusOptions().max_topic_labels};
  PrometheusMetrics metrics_;
  const FileLocator files_;
  Lifecycle lifecycle_;
  Liveness liveness_{clock_};
  std::unique_ptr<EmbeddedBroker> embedded_;
  std::unique_ptr<Readiness> readiness_;
  std::unique_ptr<ProduceService> service_;
  std::unique_ptr<Tracer> tracer_;  // null: nobody records spans
  std::unique_ptr<Api> api_;
  std::unique_ptr<KafkaTopicCatalog> catalog_;  // goes before `api_`, whose requests it answers
  // Goes before what it reports to: its last reports end requests of `api_`.
  std::unique_ptr<KafkaProducer> producer_;
  std::unique_ptr<http::TlsContext> tls_;
  std::unique_ptr<http::Server> server_;
  std::unique_ptr<http::Server> management_;  // null: what it would serve is on `server_`
};

int Main(char** argv, char** environment) {
  const FileLocator files(FileLocator::CurrentExecutable());
  const StartupInput input{
      ArgumentsOf(argv),   EnvironmentOf(environment),           files,      GATEWAY_VERSION,
      LibrdkafkaVersion(), {CheckKafka, CheckTls, CheckRecords}, CheckHealth};
  const auto config = Startup(input, std::cout, std::cerr);
  if (!config.ok()) return config.error();
  const Signals signals;
  const int code = Gateway(config.value(), files, signals).Run();
  // An export that its collector holds up may outlive the gateway; it must not meet destructors.
  if (config.value().settings.tracing.enabled) std::quick_exit(code);
  return code;
}

}  // namespace
}  // namespace gateway

int main(int /*argc*/, char** argv) {
  try {
    return gateway::Main(argv, environ);
  } catch (const std::exception& error) {
    std::cerr << "kafka-gateway: " << error.what() << '\n';
    return 1;
  }
}
