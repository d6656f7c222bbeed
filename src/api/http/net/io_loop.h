// One I/O thread: a Pistache reactor whose only handler is this class. It owns its connections,
// processes the entries that other threads push to its CompletionQueue, and has one timer for the
// earliest of all deadlines.
//
// Clients that have been answered before are served first. New connections, and clients that are
// slow to send a request or to read an answer, are deferred and share a time slice of each
// iteration: many of them delay each other, but not the prompt clients.
//
// Of Pistache's TCP layer this uses Aio::Reactor, Aio::Handler and Polling, but not Tcp::Transport,
// whose writes and timers are keyed by file descriptor (docs/adr/0002).
#ifndef GATEWAY_API_HTTP_NET_IO_LOOP_H_
#define GATEWAY_API_HTTP_NET_IO_LOOP_H_

#include <pistache/reactor.h>

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "api/http/net/completion_queue.h"
#include "api/http/net/connection.h"
#include "service/ports/burst_listener.h"
#include "service/ports/clock.h"
#include "service/ports/http_metrics.h"
#include "service/ports/logger.h"

namespace gateway::http {

// A connected socket handed to a loop. Owns the descriptor until the loop takes it.
struct Arrival {
  std::unique_ptr<Stream> stream;
  Peer peer;
  bool refuse = false;  // over a limit: answer 503 and close
};

class IoLoop final : public Pistache::Aio::Handler {
 public:
  // Called on the loop's thread for each connection that has gone.
  using OnClosed = std::function<void(const Peer& peer)>;

  // `bursts`, which may be null, is notified of each turn with many connections that are ready.
  IoLoop(const ConnectionLimits& limits, HttpHandler& handler, const Clock& clock,
         HttpMetrics& metrics, Logger& logger, BurstListener* bursts, OnClosed on_closed);
  ~IoLoop() override;

  // Starts and ends the thread. Stop closes what is still open; the loop must have been started.
  void Start(int index);
  void Stop();

  // Any thread.
  void Add(Arrival arrival);
  void BeginClosing();
  void BeginDrain();
  // Runs `task` on the loop's thread, in its next iteration.
  void Post(std::function<void()> task);
  std::size_t connections() const { return count_.load(std::memory_order_relaxed); }
  // Number of connections that may still send a request or have one in progress. A caller that
  // reads 0 sees all effects of earlier connections.
  std::size_t unfinished() const { return unfinished_.load(std::memory_order_acquire); }

  // Pistache::Aio::Handler; called by the reactor on the loop's thread (registerPoller: before it
  // starts).
  void registerPoller(Pistache::Polling::Epoll& poller) override;
  void onReady(const Pistache::Aio::FdSet& fds) override;
  std::shared_ptr<Pistache::Aio::Handler> clone() const override;

 private:
  // The pending events of a connection.
  struct Due {
    bool failed = false;
    bool writable = false;
    bool readable = false;
    bool deadline = false;
  };
  struct Slot {
    std::unique_ptr<Connection> connection;
    std::uint32_t generation = 1;
    bool unfinished = false;
    bool is_deferred = false;
    Due due;  // while deferred
  };

  void Run();
  void Adopt(Arrival arrival);
  std::uint64_t IdOf(std::size_t index) const;
  Connection* Find(std::uint64_t id);
  void OnEvent(const Pistache::Aio::FdSet::Entry& event);
  void Serve(std::uint64_t id, Due due);
  void Defer(std::uint64_t id, Due due);
  // Runs `action` on the connection, if it still exists, and handles the consequences.
  template <typename Action>
  void Visit(std::uint64_t id, Action action);
  void Remove(std::uint64_t id);
  void NoteFinished(Slot* slot);
  void TakeCompletions();
  void ServeDeferred();
  void EndBurst();
  void RunAgain();
  void ExpireDeadlines();
  void NoteDeadline(Connection::TimePoint deadline);
  void ArmTimer();
  void DrainConnections();

  Logger& logger_;
  BurstListener* const bursts_;
  const OnClosed on_closed_;
  const std::shared_ptr<CompletionQueue> queue_;
  LoopContext context_;
  const int timer_fd_;
  Pistache::Polling::Epoll* poller_ = nullptr;  // the reactor's
  std::shared_ptr<Pistache::Aio::Reactor> reactor_;
  std::thread thread_;

  std::vector<Slot> slots_;
  std::vector<std::uint32_t> free_slots_;
  std::atomic<std::size_t> count_{0};
  std::atomic<std::size_t> unfinished_{0};
  std::deque<std::uint64_t> deferred_;  // connections with pending events; each once
  std::deque<Arrival> arrivals_;        // not adopted yet
  bool look_for_deadlines_ = false;
  Connection::TimePoint next_deadline_ = Connection::kNever;
  Connection::TimePoint armed_ = Connection::kNever;
  std::vector<CompletionQueue::Completion>
      completions_;  // of this iteration; kept for their capacity
  std::vector<CompletionQueue::Task> tasks_;
};

}  // namespace gateway::http

#endif  // GATEWAY_API_HTTP_NET_IO_LOOP_H_
