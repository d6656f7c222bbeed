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

// A tag is a connection's id: its slot below, its generation (never 0) above. The reactor's own
// descriptors have tags without a generation, like these two.
constexpr std::uint64_t kWakeTag = 0xFFFF'FFFE;
constexpr std::uint64_t kTimerTag = 0xFFFF'FFFF;
constexpr std::uint64_t kSlotMask = 0xFFFF'FFFF;

Flags<NotifyOn> Interest() {
  Flags<NotifyOn> interest;
  for (const NotifyOn event :
       {NotifyOn::Read, NotifyOn::Write, NotifyOn::Hangup, NotifyOn::Shutdown}) {
    interest.setFlag(event);
  }
  return interest;
}

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
// Time per iteration for deferred connections (see the header): enough for some dozen connections,
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
               HttpMetrics& metrics, Logger& logger, BurstListener* bursts, OnClosed on_closed)
    : logger_(logger),
      bursts_(bursts),
      on_closed_(std::move(on_closed)),
      queue_(std::make_shared<CompletionQueue>()),
      context_{limits,  handler,     clock,
               metrics, logger,      queue_,
               {},      clock.Now(), std::minstd_rand(std::random_device{}()),
               false,   false,       std::string(kScratchBytes, '\0')},
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
    if (Connection* connection = Find(id.connection)) {
      connection->SetRequestDeadline(id.sequence, when, std::move(task));
    }
  });
  reactor_->run();
  for (std::size_t index = 0; index < slots_.size(); ++index) {
    if (slots_[index].connection) Remove(IdOf(index));
  }
  queue_->Close();
}

void IoLoop::Stop() {
  if (!thread_.joinable()) return;
  reactor_->shutdown();
  thread_.join();
}

void IoLoop::registerPoller(Pistache::Polling::Epoll& poller) {
  poller_ = &poller;
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
  count_.fetch_add(1, std::memory_order_relaxed);
  unfinished_.fetch_add(1, std::memory_order_relaxed);
  queue_->Post([this, shared] { arrivals_.push_back(std::move(*shared)); });
}

void IoLoop::Post(std::function<void()> task) { queue_->Post(std::move(task)); }

void IoLoop::BeginClosing() {
  queue_->Post([this] { context_.closing = true; });
}

void IoLoop::BeginDrain() {
  queue_->Post([this] { DrainConnections(); });
}

void IoLoop::Adopt(Arrival arrival) {
  std::uint32_t index = 0;
  if (free_slots_.empty()) {
    index = static_cast<std::uint32_t>(slots_.size());
    slots_.emplace_back();
  } else {
    index = free_slots_.back();
    free_slots_.pop_back();
  }
  Slot& slot = slots_[index];
  const std::uint64_t id = IdOf(index);
  slot.unfinished = true;
  slot.connection = std::make_unique<Connection>(context_, std::move(arrival.stream), id,
                                                 std::move(arrival.peer));
  context_.metrics.OnConnectionsChanged(1);
  try {
    // Edge-triggered, registered once: the connection remembers its readiness.
    poller_->addFd(slot.connection->fd(), Interest(), Tag(id), Mode::Edge);
  } catch (const std::exception& error) {  // the kernel is out of resources
    logger_.Log(LogLevel::kError, "connection-fault",
                "A connection could not be registered with epoll and was closed.",
                {{"error", error.what()}});
    return Remove(id);
  }
  // It is read at its first event (a new socket is writable, so that comes at once), in turn with
  // the others: many new connections with large requests would monopolize the loop.
  const bool refuse = arrival.refuse;
  Visit(id, [refuse](Connection& connection) {
    if (refuse) connection.Refuse({RequestError::Kind::kTooManyConnections});
  });
}

std::uint64_t IoLoop::IdOf(std::size_t index) const {
  return index | std::uint64_t{slots_[index].generation} << 32U;
}

Connection* IoLoop::Find(std::uint64_t id) {
  const std::size_t index = id & kSlotMask;
  if (index >= slots_.size() || slots_[index].generation != id >> 32U) return nullptr;
  return slots_[index].connection.get();
}

template <typename Action>
void IoLoop::Visit(std::uint64_t id, Action action) {
  Connection* const connection = Find(id);
  if (connection == nullptr) return;
  try {
    action(*connection);
  } catch (const std::exception& error) {
    // No exception may leave this function: the reactor would end the process.
    logger_.Log(LogLevel::kError, "connection-fault",
                "A connection caused an unexpected error and was closed.",
                {{"error", error.what()}});
    return Remove(id);
  }
  if (connection->closed()) return Remove(id);
  if (connection->finished()) NoteFinished(&slots_[id & kSlotMask]);
  if (connection->wants_turn()) Defer(id, {.readable = true});
  NoteDeadline(connection->deadline());
}

void IoLoop::Remove(std::uint64_t id) {
  Slot& slot = slots_[id & kSlotMask];
  const std::unique_ptr<Connection> connection = std::move(slot.connection);
  NoteFinished(&slot);
  slot.is_deferred = false;
  slot.due = {};
  ++slot.generation;  // the old id no longer finds a connection
  if (slot.generation == 0) slot.generation = 1;
  free_slots_.push_back(static_cast<std::uint32_t>(id & kSlotMask));
  count_.fetch_sub(1, std::memory_order_relaxed);
  context_.metrics.OnConnectionsChanged(-1);
  on_closed_(connection->peer());
}

void IoLoop::NoteFinished(Slot* slot) {
  if (std::exchange(slot->unfinished, false)) unfinished_.fetch_sub(1, std::memory_order_release);
}

void IoLoop::onReady(const Pistache::Aio::FdSet& fds) {
  context_.now = context_.clock.Now();
  const bool burst = bursts_ != nullptr && fds.size() >= kBurst;
  if (burst) bursts_->BeginBurst();
  for (const auto& event : fds) OnEvent(event);
  ExpireDeadlines();
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
  if (!deferred_.empty()) RunAgain();
}

void IoLoop::OnEvent(const Pistache::Aio::FdSet::Entry& event) {
  const std::uint64_t tag = event.getTag().value();
  if (tag == kWakeTag) {
    queue_->ClearWakeUp();
    return;
  }
  if (tag == kTimerTag) {
    std::uint64_t expirations = 0;
    static_cast<void>(!read(timer_fd_, &expirations, sizeof expirations));
    armed_ = Connection::kNever;
    next_deadline_ = Connection::kNever;
    look_for_deadlines_ = true;
    return;
  }
  // Pistache does not report EPOLLERR: an event without flags is one. Hangup means that both
  // directions have ended.
  const bool failed = event.isHangup() || (!event.isReadable() && !event.isWritable());
  const Due due{failed, event.isWritable(), event.isReadable(), false};
  const Connection* const connection = Find(tag);
  if (connection == nullptr) return;
  if (connection->prompt()) return Serve(tag, due);
  Defer(tag, due);
}

void IoLoop::Serve(std::uint64_t id, Due due) {
  if (due.failed) return Visit(id, [](Connection& one) { one.OnHangup(); });
  // Both, because a blocked answer may become writable at the same moment as new bytes arrive.
  if (due.writable) Visit(id, [](Connection& one) { one.OnWritable(); });
  if (due.readable) Visit(id, [](Connection& one) { one.OnReadable(); });
  // Bytes that arrived meanwhile may have extended it.
  if (due.deadline) {
    Visit(id, [this](Connection& one) {
      if (one.deadline() <= context_.now) one.OnDeadline();
    });
  }
}

void IoLoop::Defer(std::uint64_t id, Due due) {
  Slot& slot = slots_[id & kSlotMask];
  slot.due.failed |= due.failed;
  slot.due.writable |= due.writable;
  slot.due.readable |= due.readable;
  slot.due.deadline |= due.deadline;
  if (!std::exchange(slot.is_deferred, true)) deferred_.push_back(id);
}

// The loop polls again as soon as the time share is used up, so a prompt client waits at most that
// long. The busier the loop is with other clients, the longer the share, within bounds.
void IoLoop::ServeDeferred() {
  if (deferred_.empty() && arrivals_.empty()) return;
  const auto start = context_.clock.Now();
  const auto until = start + std::clamp<Connection::TimePoint::duration>(
                                 start - context_.now, kDeferredTime, kMaxDeferredTime);
  do {
    if (!arrivals_.empty()) {
      Arrival arrival = std::move(arrivals_.front());
      arrivals_.pop_front();
      Adopt(std::move(arrival));
    }
    if (!deferred_.empty()) {
      const std::uint64_t id = deferred_.front();
      deferred_.pop_front();
      if (Find(id) != nullptr) {
        Slot& slot = slots_[id & kSlotMask];
        slot.is_deferred = false;
        Serve(id, std::exchange(slot.due, {}));
      }
    }
    TakeCompletions();  // immediate answers count towards the share, because they may be large
    if (deferred_.empty() && arrivals_.empty()) return;
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
        logger_.Log(LogLevel::kError, "io-loop-fault",
                    "A task on an I/O thread threw an exception.", {{"error", error.what()}});
      }
    }
    tasks_.clear();
    for (const CompletionQueue::Completion& completion : completions_) {
      Visit(completion.id.connection,
            [&](Connection& connection) { connection.OnCompletion(completion); });
    }
    completions_.clear();
  }
  RunAgain();
}

// Another iteration follows at once, after the pending events.
void IoLoop::RunAgain() {
  queue_->Post([] {});
}

void IoLoop::NoteDeadline(Connection::TimePoint deadline) {
  next_deadline_ = std::min(next_deadline_, deadline);
}

// Connections opened together have their deadlines together, and each costs an answer: they are
// deferred.
void IoLoop::ExpireDeadlines() {
  if (!std::exchange(look_for_deadlines_, false)) return;
  for (std::size_t index = 0; index < slots_.size(); ++index) {
    const Connection* const connection = slots_[index].connection.get();
    if (connection == nullptr) continue;
    if (connection->deadline() > context_.now) {
      NoteDeadline(connection->deadline());
    } else {
      Defer(IdOf(index), {.deadline = true});
    }
  }
}

// A deadline that moves further away needs no system call: the timer then fires early, finds
// nothing and is set again.
void IoLoop::ArmTimer() {
  // Only to an earlier time: otherwise a busy loop would postpone an overdue deadline forever.
  const auto wanted = std::max(next_deadline_, context_.now + kDeadlineResolution);
  if (wanted >= armed_) return;
  armed_ = wanted;
  const auto since_epoch = armed_.time_since_epoch();
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(since_epoch);
  itimerspec when{};
  when.it_value.tv_sec = seconds.count();
  when.it_value.tv_nsec = std::chrono::nanoseconds(since_epoch - seconds).count();
  timerfd_settime(timer_fd_, TFD_TIMER_ABSTIME, &when, nullptr);
}

void IoLoop::DrainConnections() {
  context_.closing = true;
  context_.draining = true;
  for (Arrival& arrival : std::exchange(arrivals_, {})) Adopt(std::move(arrival));
  for (std::size_t index = 0; index < slots_.size(); ++index) {
    if (!slots_[index].connection) continue;
    Visit(IdOf(index), [](Connection& connection) { connection.OnDrain(); });
  }
}

}  // namespace gateway::http
