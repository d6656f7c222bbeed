#include "api/http/net/io_loop.h"

#include <pthread.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <exception>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace gateway::http {
namespace {

using Pistache::Flags;
using Pistache::Polling::Mode;
using Pistache::Polling::NotifyOn;
using Pistache::Polling::Tag;

// The tag of a connection's events is its id, at least 2^32. Pistache numbers its own descriptors
// from 0.
constexpr std::uint64_t kWakeTag = 0xFFFF'FFFE;
constexpr std::uint64_t kTimerTag = 0xFFFF'FFFF;

// Number of ready events from which dispatch rounds linger for the whole iteration. 16 or 32 cost
// 10 % of the throughput at 64 connections; 128 gained less at 512.
constexpr std::size_t kBurst = 48;
constexpr std::size_t kScratchBytes = std::size_t{64} * 1024;
// Answers that lead to further requests are processed at once, but only this often before others
// have their turn: a client that pipelines endlessly would monopolize the loop.
constexpr int kRoundsPerTurn = 32;
// Deadlines are checked at most this often, which limits the cost of the checks with many
// connections.
constexpr std::chrono::milliseconds kDeadlineResolution{10};
// Time per iteration for deferred connections (ConnectionSet): enough for some dozen connections,
// or one handshake.
constexpr std::chrono::microseconds kDeferredTime{200};
constexpr std::chrono::microseconds kMaxDeferredTime{1'000};

int MakeTimerFd() {
  const int fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
  if (fd < 0) throw std::system_error(errno, std::generic_category(), "timerfd_create");
  return fd;
}

}  // namespace

IoLoop::IoLoop(const ConnectionLimits& limits, HttpHandler& handler, const Clock& clock,
               HttpMetrics& metrics, Logger& logger, BurstListener* bursts,
               ConnectionSet::OnClosed on_closed)
    : bursts_(bursts),
      queue_(std::make_shared<CompletionQueue>()),
      context_{limits,  handler,     clock,
               metrics, logger,      queue_,
               {},      clock.Now(), std::minstd_rand(std::random_device{}()),
               false,   false,       std::string(kScratchBytes, '\0')},
      connections_(context_, std::move(on_closed)),
      timer_fd_(MakeTimerFd()) {}

IoLoop::~IoLoop() { close(timer_fd_); }

void IoLoop::Start(int index) {
  reactor_ = Pistache::Aio::Reactor::create();
  reactor_->init();
  // The reactor keeps a shared_ptr to its handler; this one does not own it.
  reactor_->addHandler(std::shared_ptr<Pistache::Aio::Handler>(this, [](auto*) {}));
  thread_ = std::thread([this] { Run(); });
  pthread_setname_np(thread_.native_handle(), ("http-" + std::to_string(index)).c_str());
}

void IoLoop::Run() {
  queue_->Open([this](RequestId id, Connection::TimePoint when, CompletionQueue::Task task) {
    connections_.SetRequestDeadline(id, when, std::move(task));
  });
  reactor_->run();
  connections_.CloseAll();
  queue_->Close();
}

void IoLoop::Stop() {
  if (!thread_.joinable()) return;
  reactor_->shutdown();
  thread_.join();
}

void IoLoop::registerPoller(Pistache::Polling::Epoll& poller) {
  connections_.SetPoller(&poller);
  poller.addFd(queue_->fd(), Flags<NotifyOn>(NotifyOn::Read), Tag(kWakeTag), Mode::Edge);
  poller.addFd(timer_fd_, Flags<NotifyOn>(NotifyOn::Read), Tag(kTimerTag), Mode::Edge);
}

std::shared_ptr<Pistache::Aio::Handler> IoLoop::clone() const {
  // Only Pistache's asynchronous reactor clones handlers; each loop here has a synchronous one of
  // its own.
  throw std::logic_error("an IoLoop belongs to one thread");
}

void IoLoop::Add(Arrival arrival) {
  auto shared = std::make_shared<Arrival>(std::move(arrival));  // std::function must be copyable
  connections_.Expect();
  queue_->Post([this, shared] { connections_.Arrive(std::move(*shared)); });
}

void IoLoop::Post(std::function<void()> task) { queue_->Post(std::move(task)); }

void IoLoop::BeginClosing() {
  queue_->Post([this] { context_.closing = true; });
}

void IoLoop::BeginDrain() {
  queue_->Post([this] { Drain(); });
}

void IoLoop::Drain() {
  context_.closing = true;
  context_.draining = true;
  connections_.Drain();
}

void IoLoop::onReady(const Pistache::Aio::FdSet& fds) {
  context_.now = context_.clock.Now();
  const bool burst = bursts_ != nullptr && fds.size() >= kBurst;
  if (burst) bursts_->BeginBurst();
  for (const auto& event : fds) OnEvent(event);
  if (std::exchange(timer_expired_, false)) connections_.ExpireDeadlines();
  TakeCompletions();
  ServeDeferred();
  if (burst) EndBurst();
  ArmTimer();
}

// Records dispatched only now may fail at once. Their answers are on this thread's own list, which
// causes no wake-up, so process them before the loop waits.
void IoLoop::EndBurst() {
  bursts_->EndBurst();
  TakeCompletions();
  if (connections_.HasDeferred()) RunAgain();
}

void IoLoop::OnEvent(const Pistache::Aio::FdSet::Entry& event) {
  const std::uint64_t tag = event.getTag().value();
  if (tag == kWakeTag) return queue_->ClearWakeUp();
  if (tag == kTimerTag) return OnTimer();
  // Pistache does not report EPOLLERR: an event without flags is one. Hangup means that both
  // directions have ended.
  const bool failed = event.isHangup() || (!event.isReadable() && !event.isWritable());
  connections_.OnEvents(tag, {failed, event.isWritable(), event.isReadable(), false});
}

void IoLoop::OnTimer() {
  std::uint64_t expirations = 0;
  static_cast<void>(!read(timer_fd_, &expirations, sizeof expirations));
  armed_ = Connection::kNever;
  timer_expired_ = true;
}

// The loop polls again as soon as the time share is used up, so a prompt client waits at most that
// long. The busier the loop is with other clients, the longer the share, within bounds.
void IoLoop::ServeDeferred() {
  if (!connections_.HasDeferred()) return;
  const auto start = context_.clock.Now();
  const auto until = start + std::clamp<Connection::TimePoint::duration>(
                                 start - context_.now, kDeferredTime, kMaxDeferredTime);
  do {
    connections_.ServeNextDeferred();
    TakeCompletions();  // immediate answers count towards the share, because they may be large
    if (!connections_.HasDeferred()) return;
  } while (context_.clock.Now() < until);
  RunAgain();
}

void IoLoop::TakeCompletions() {
  for (int round = 0; round < kRoundsPerTurn; ++round) {
    if (!queue_->Take(&completions_, &tasks_)) return;
    // Commands first: an answer given after BeginClosing says that the connection closes.
    for (const CompletionQueue::Task& task : tasks_) {
      try {
        task();
      } catch (const std::exception& error) {
        context_.logger.Log(LogLevel::kError, "io-loop-fault",
                            "A task on an I/O thread threw an exception.",
                            {{"error", error.what()}});
      }
    }
    tasks_.clear();
    for (const CompletionQueue::Completion& completion : completions_) {
      connections_.OnCompletion(completion);
    }
    completions_.clear();
  }
  RunAgain();
}

// Another iteration follows at once, after the pending events.
void IoLoop::RunAgain() {
  queue_->Post([] {});
}

// A deadline that moves further away needs no system call: the timer then fires early, finds
// nothing and is set again.
void IoLoop::ArmTimer() {
  // Only to an earlier time: otherwise a busy loop would postpone an overdue deadline forever.
  const auto wanted = std::max(connections_.next_deadline(), context_.now + kDeadlineResolution);
  if (wanted >= armed_) return;
  armed_ = wanted;
  const auto since_epoch = armed_.time_since_epoch();
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(since_epoch);
  itimerspec when{};
  when.it_value.tv_sec = seconds.count();
  when.it_value.tv_nsec = std::chrono::nanoseconds(since_epoch - seconds).count();
  timerfd_settime(timer_fd_, TFD_TIMER_ABSTIME, &when, nullptr);
}

}  // namespace gateway::http
