// One I/O thread: a Pistache reactor whose only handler is this class. Each iteration serves the
// events of its connections, then the entries that other threads pushed to its CompletionQueue,
// then, for a limited time, deferred connections. One timer serves the earliest of all deadlines.
//
// Of Pistache's TCP layer this uses Aio::Reactor, Aio::Handler and Polling, but not Tcp::Transport,
// whose writes and timers are keyed by file descriptor (docs/adr/0002).
#ifndef GATEWAY_API_HTTP_NET_IO_LOOP_H_
#define GATEWAY_API_HTTP_NET_IO_LOOP_H_

#include <pistache/reactor.h>

#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "api/http/net/completion_queue.h"
#include "api/http/net/connection_set.h"
#include "api/http/net/loop_context.h"
#include "service/ports/burst_listener.h"
#include "service/ports/clock.h"
#include "service/ports/http_metrics.h"
#include "service/ports/logger.h"

namespace gateway::http {

class IoLoop final : public Pistache::Aio::Handler {
 public:
  // `bursts` may be null; otherwise it is notified of each iteration with many ready connections.
  // `on_closed` is called on the loop's thread.
  IoLoop(const ConnectionLimits& limits, HttpHandler& handler, const Clock& clock,
         HttpMetrics& metrics, Logger& logger, BurstListener* bursts,
         ConnectionSet::OnClosed on_closed);
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
  std::size_t connections() const { return connections_.size(); }
  // See ConnectionSet.
  std::size_t unfinished() const { return connections_.unfinished(); }

  // Pistache::Aio::Handler; called by the reactor on the loop's thread (registerPoller: before it
  // starts).
  void registerPoller(Pistache::Polling::Epoll& poller) override;
  void onReady(const Pistache::Aio::FdSet& fds) override;
  std::shared_ptr<Pistache::Aio::Handler> clone() const override;

 private:
  void Run();
  void OnEvent(const Pistache::Aio::FdSet::Entry& event);
  void OnTimer();
  void TakeCompletions();
  void ServeDeferred();
  void EndBurst();
  void RunAgain();
  void ArmTimer();
  void Drain();

  BurstListener* const bursts_;
  const std::shared_ptr<CompletionQueue> queue_;
  LoopContext context_;
  ConnectionSet connections_;
  const int timer_fd_;
  bool timer_expired_ = false;
  Connection::TimePoint armed_ = Connection::kNever;  // when the timer fires
  std::shared_ptr<Pistache::Aio::Reactor> reactor_;
  std::thread thread_;
  std::vector<CompletionQueue::Completion>
      completions_;  // of this iteration; kept for their capacity
  std::vector<CompletionQueue::Task> tasks_;
};

}  // namespace gateway::http

#endif  // GATEWAY_API_HTTP_NET_IO_LOOP_H_
