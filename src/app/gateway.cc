#include "app/gateway.h"

#include <pthread.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "app/build_info.h"
#include "app/options.h"
#include "infra/config/startup/startup.h"
#include "infra/kafka/client/client_config.h"
#include "infra/os/resource_limits.h"
#include "infra/tracing/tracing_module.h"

namespace gateway {
namespace {

using std::chrono::milliseconds;

// Exit codes (sysexits.h where it has one).
constexpr int kExitDrained = 0;
constexpr int kExitFault = 1;
constexpr int kExitAddressInUse = 69;
constexpr int kExitRecordsLost = 75;

// Maximum time for which a client that does not read its last answer delays the exit.
constexpr milliseconds kLastAnswers{3'000};
// Maximum duration of one iteration of "kafka-reports": it may have to destroy an instance, which
// waits for a name look-up.
constexpr std::chrono::seconds kReportsLimit{180};

}  // namespace

Gateway::Gateway(Settings settings, FileLocator files, const Signals& signals,
                 ServiceManager& manager)
    : settings_(std::move(settings)),
      files_(std::move(files)),
      signals_(signals),
      manager_(manager),
      log_(clock_, LoggerOptionsOf(settings_.logging)),
      rdkafka_(PrometheusOptions().max_topic_labels),
      metrics_(MetricsOptions()),
      kafka_secrets_(settings_) {}

int Gateway::Run() {
  PrepareProcess();
  for (const auto step : {&Gateway::StartKafka, &Gateway::StartTracing, &Gateway::LoadAccess,
                          &Gateway::BuildApi, &Gateway::LoadTls, &Gateway::StartServers}) {
    if (const ExitCode code = (this->*step)()) return *code;
  }
  const int signal = WaitForStop();
  log_.Log(LogLevel::kInformation, "stopping", "The gateway received a signal and is stopping.",
           {{"signal", std::int64_t{signal}}});
  return Drain();
}

// Called before threads are started, because they inherit the scheduling policy. For the log's
// thread, which exists already, it does not matter.
void Gateway::PrepareProcess() {
  RaiseOpenFileLimit();
  if (settings_.process.batch_scheduling && !UseBatchScheduling()) {
    log_.Log(LogLevel::kInformation, "scheduling-refused",
             "The system does not allow SCHED_BATCH; throughput is somewhat lower.");
  }
}

Gateway::ExitCode Gateway::StartKafka() {
  KafkaProducer::Options options;
  options.kafka = settings_.kafka;
  options.max_record_bytes = settings_.limits.max_record_bytes;
  options.accumulator.max_held = settings_.kafka.message_timeout;
  options.accumulator.topic_bytes = settings_.limits.max_in_flight_bytes / 2;
  options.heartbeat = &liveness_.Add("kafka-reports", kReportsLimit);
  options.on_statistics = [this](std::size_t client, std::string_view json) {
    rdkafka_.OnStatistics(client, json);
  };
  options.on_client_closed = [this](std::size_t client) { rdkafka_.OnClientClosed(client); };
  options.on_replaced = [this] { rdkafka_.OnReplaced(); };
  if (settings_.kafka.sasl.mechanism == SaslMechanism::kOauthbearer) {
    kafka_tokens_ = std::make_unique<TokenProvider>(settings_.kafka.oauth, log_, clock_);
    kafka_hooks_.tokens = kafka_tokens_.get();
  }
  options.hooks = &kafka_hooks_;
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
  kafka_settings_ = std::make_shared<CurrentKafkaSettings>(options.kafka);
  options.current = kafka_settings_;
  auto producer = KafkaProducer::Create(std::move(options), log_, metrics_.produce(), clock_);
  if (!producer.ok()) {
    // Errors that librdkafka finds only when it starts, such as a certificate that it cannot read.
    log_.Log(LogLevel::kCritical, "producer-failed", producer.error());
    return kExitBadConfiguration;
  }
  producer_ = std::move(producer).value();
  return {};
}

Gateway::ExitCode Gateway::StartTracing() {
  if (!settings_.tracing.enabled) return {};
  auto tracer = LoadTracing(FileLocator::CurrentExecutable(), {kGatewayVersion, &log_, &clock_});
  if (!tracer.ok()) {
    log_.Log(LogLevel::kCritical, "tracing-failed", tracer.error());
    return kExitBadConfiguration;
  }
  tracer_ = std::move(tracer).value();
  return {};
}

Gateway::ExitCode Gateway::LoadAccess() {
  if (IsOpenToAll(settings_)) {
    log_.Log(LogLevel::kWarning, "callers-not-authenticated",
             "Any client that can reach this address may write to Kafka. Set Access:File, or keep "
             "the gateway on a network that you trust.",
             {{"address", std::string_view(settings_.http.address)}});
  }
  if (settings_.access.file.empty()) return {};
  access_file_.emplace(settings_.access.file);
  auto file = ReadAccessFile(access_file_->path());
  if (!file.ok()) {  // it changed since CheckAccess
    log_.Log(LogLevel::kCritical, "access-file-failed", ToLine(file.error().front()));
    return kExitBadConfiguration;
  }
  WatchKeyFiles(file.value());
  access_ = std::make_unique<AccessControl>(MakePolicy(std::move(file).value(), policy_tools_));
  return {};
}

Gateway::ExitCode Gateway::BuildApi() {
  readiness_ = std::make_unique<Readiness>(*producer_, lifecycle_, clock_,
                                           settings_.health.kafka_down_grace);
  service_ = std::make_unique<ProduceService>(
      *producer_, clock_, metrics_.produce(),
      TopicPolicy(settings_.topics.allow, settings_.topics.deny), RecordLimitsOf(settings_.limits));
  catalog_ = MakeCatalog();
  api_ = std::make_unique<Api>(MakeApiOptions(), *service_, *catalog_, *readiness_, lifecycle_,
                               clock_, metrics_.http(), metrics_.produce(), metrics_, log_);
  return {};
}

std::unique_ptr<KafkaTopicCatalog> Gateway::MakeCatalog() {
  const bool embedded = embedded_ != nullptr;
  return std::make_unique<KafkaTopicCatalog>(
      [current = kafka_settings_, embedded, max_record_bytes = settings_.limits.max_record_bytes,
       hooks = &kafka_hooks_] {
        const Settings::Kafka kafka = current->Get();
        return MakeKafkaConf({kafka, max_record_bytes, embedded, hooks}, KafkaClientKind::kLookup);
      },
      KafkaTopicCatalog::Options(), clock_);
}

ApiOptions Gateway::MakeApiOptions() {
  ApiOptions options;
  options.max_in_flight_requests = settings_.limits.max_in_flight_requests;
  options.max_in_flight_bytes = settings_.limits.max_in_flight_bytes;
  options.request_timeout = settings_.limits.request_timeout;
  options.allowed_origins = settings_.http.cors.allowed_origins;
  options.headers_from_request = settings_.records.headers_from_request;
  options.management_apart = settings_.management.port.has_value();
  options.access_log = AccessLogOptionsOf(settings_.logging);
  options.liveness = &liveness_;
  options.access = access_.get();
  options.open_paths = settings_.access.open;
  options.trusted_proxies = settings_.access.trusted_proxies;
  options.failed_attempts_per_minute = settings_.access.failed_attempts_per_minute;
  options.passwords = {&password_workers_, settings_.access.allow_plaintext_passwords};
  options.tracer = tracer_.get();
  options.site = SiteOptionsOf(files_, embedded_ != nullptr);
  options.site.management_apart = options.management_apart;
  return options;
}

Gateway::ExitCode Gateway::LoadTls() {
  if (!UsesTls(settings_)) return {};
  auto context = http::TlsContext::Load(TlsFilesOf(settings_.http.tls));
  if (!context.ok()) {  // the files changed since CheckTls
    log_.Log(LogLevel::kCritical, "tls-failed",
             std::string(KeyOf(context.error().file)) + ": " + context.error().what);
    return kExitBadConfiguration;
  }
  tls_ = std::move(context).value();
  return {};
}

Gateway::ExitCode Gateway::StartServers() {
  http::ServerOptions options = ServerOptionsOf(settings_.http);
  options.tls = tls_.get();
  options.bursts = producer_.get();
  server_ = std::make_unique<http::Server>(std::move(options), api_->handler(), clock_,
                                           metrics_.http(), log_);
  if (settings_.management.port) {
    management_ = std::make_unique<http::Server>(
        ManagementOptionsOf(settings_), api_->management_handler(), clock_, metrics_.http(), log_);
  }
  if (const ExitCode code = Listen(server_.get(), "http")) return code;
  if (management_) {
    if (const ExitCode code = Listen(management_.get(), "management")) return code;
    management_->Start();
    log_.Log(LogLevel::kInformation, "management-listening",
             "The management listener for health and metrics is listening.",
             {{"url", std::string_view(management_->url())}});
  }
  server_->Start();
  log_.Log(LogLevel::kInformation, "listening", "The gateway is listening.",
           {{"url", std::string_view(server_->url())}, {"version", kGatewayVersion}});
  return {};
}

Gateway::ExitCode Gateway::Listen(http::Server* server, const char* name) {
  server->Watch(name, &liveness_);
  const auto port = server->Listen();
  if (port.ok()) return {};
  using Kind = http::ListenError::Kind;
  const http::ListenError& error = port.error();
  const bool management = server == management_.get();
  std::string detail = error.detail;
  if (error.kind == Kind::kUnknownAddress) {
    const bool own_address = management && !settings_.management.address.empty();
    detail.insert(0, own_address ? "Management:Address " : "Http:Address ");
  }
  log_.Log(LogLevel::kCritical, "listen-failed", detail, {{"management", management}});
  return error.kind == Kind::kAddressInUse ? kExitAddressInUse : kExitFault;
}

int Gateway::WaitForStop() {
  while (true) {
    TellManager();
    const int signal = signals_.WaitFor(manager_.PauseOf(Liveness::kTick));
    if (signal == SIGHUP) OnHangup();
    if (signal != 0 && signal != SIGHUP) return signal;
    if (AccessHasChanged()) ReloadAccess();
    if (const auto changed = kafka_secrets_.TakeChange()) ReloadKafka(*changed);
    liveness_.Tick();
    KeepAlive();
  }
}

// The gateway serves: the listeners are open. Whether Kafka answers is only part of the sentence,
// because what waits for this service can wait for Kafka no better than the gateway itself.
void Gateway::TellManager() {
  if (!manager_.present()) return;
  const Readiness::Report report = readiness_->Check();
  manager_.Ready("Listening at " + server_->url() + ". " + report.kafka.description);
}

// A stuck thread does not recover, so the manager is left to end and restart the process.
void Gateway::KeepAlive() {
  if (!manager_.KeepAliveIsDue()) return;
  const std::vector<Liveness::Thread> threads = liveness_.Check();
  if (std::none_of(threads.begin(), threads.end(), [](const auto& thread) { return thread.stuck; }))
    manager_.KeepAlive();
}

Sha256Digest Gateway::RandomMacKey() {
  const auto key = RandomBytes();
  if (!key) throw std::runtime_error("the system provides no random bytes");
  return *key;
}

void Gateway::NamePasswordWorker() { pthread_setname_np(pthread_self(), "passwords"); }

// lifecycle.h describes the sequence.
int Gateway::Drain() {
  manager_.Stopping("Delivering the accepted records before the end.");
  // Before readiness: a client that sees "not ready" also sees answers that close its connection.
  server_->BeginClosing();
  lifecycle_.BeginShutdown();
  WaitUntil(SteadyClock::now() + settings_.shutdown.grace, [] { return false; });
  const auto deadline = SteadyClock::now() + settings_.shutdown.drain_timeout;
  lifecycle_.BeginDrain(deadline);
  server_->StopAccepting();
  const KafkaProducer::DrainResult result = DrainProducer(deadline);
  WaitUntil(SteadyClock::now() + kLastAnswers, [this] { return server_->connections() == 0; });
  server_->Stop();
  // Last, because until now it has reported that the gateway is not ready.
  if (management_) management_->Stop();
  log_.Log(LogLevel::kInformation, "stopped",
           "The gateway has stopped. The counts are the records completed during the drain.",
           {{"delivered", result.delivered},
            {"not_persisted", result.not_persisted},
            {"possibly_persisted", result.possibly_persisted}});
  return result.NothingLost() ? kExitDrained : kExitRecordsLost;
}

// On a separate thread, because this one must tick and handle signals.
KafkaProducer::DrainResult Gateway::DrainProducer(SteadyClock::time_point deadline) {
  KafkaProducer::DrainResult result;
  std::atomic<bool> drained{false};
  std::thread drainer([&] {
    result = producer_->Drain(deadline, [this] { return server_->RequestsMayCome(); });
    drained = true;
  });
  WaitUntil(SteadyClock::time_point::max(), [&] { return drained.load(); });
  drainer.join();
  return result;
}

// Waits for `done`, at most until `deadline`; a further signal to stop ends the process.
void Gateway::WaitUntil(SteadyClock::time_point deadline, const std::function<bool()>& done) {
  while (!done() && SteadyClock::now() < deadline) {
    liveness_.Tick();
    KeepAlive();
    const int signal = signals_.WaitFor(milliseconds(10));
    if (signal != 0 && signal != SIGHUP) _exit(kExitFault);
  }
}

PrometheusOptions Gateway::MetricsOptions() {
  PrometheusOptions options = PrometheusOptionsOf(settings_);
  options.version = kGatewayVersion;
  options.revision = kGatewayRevision;
  options.librdkafka_version = LibrdkafkaVersion();
  options.pistache_version = kPistacheVersion;
  options.dropped_log_lines = [this] { return log_.dropped(); };
  options.state = [this] { return State(); };
  options.rdkafka = &rdkafka_;
  return options;
}

// Called for each scrape. A scrape comes through a server, so by then everything is built.
GatewayState Gateway::State() const {
  const Readiness::Report report = readiness_->Check();
  GatewayState state;
  state.ready = report.state != Readiness::State::kNotReady;
  state.kafka = report.kafka;
  if (const auto since = report.kafka.since_delivery) {
    state.last_delivery = clock_.UnixMillis() - since->count();
  }
  state.admitted_requests = api_->admission().requests();
  state.admitted_bytes = api_->admission().bytes();
  if (access_) {
    state.access_file_stale = access_->stale();
    state.issuer_keys = access_->current()->KeyStatuses(clock_.Now());
  }
  if (tls_) state.certificate_expires = tls_->expires();
  state.kafka_certificate_expires = kafka_secrets_.certificate_expires();
  state.kafka_authority_expires = kafka_secrets_.authority_expires();
  if (!kafka_secrets_.empty()) state.kafka_secrets_stale = kafka_secrets_.stale();
  return state;
}

}  // namespace gateway
