// The open connections of one I/O loop: finds them by id, serves their events, and knows the
// earliest of their deadlines. Owned by its IoLoop; only on that loop's thread, except for the
// counts.
//
// Clients that have been answered before are served first. New connections, and clients that are
// slow to send a request or to read an answer, are deferred: the loop gives them a share of each
// iteration, in turn. Many of them delay each other, but not the prompt clients.
#ifndef GATEWAY_API_HTTP_NET_CONNECTION_SET_H_
#define GATEWAY_API_HTTP_NET_CONNECTION_SET_H_

#include <pistache/os.h>

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <vector>

#include "api/http/net/completion_queue.h"
#include "api/http/net/connection.h"
#include "api/http/net/loop_context.h"
#include "api/http/net/stream.h"

namespace gateway::http {

// A connected socket on its way to a loop. Owns the descriptor until the loop takes it.
struct Arrival {
  std::unique_ptr<Stream> stream;
  Peer peer;
  bool refuse = false;  // over a limit: answer 503 and close
};

class ConnectionSet final {
 public:
  using TimePoint = Connection::TimePoint;
  // Called for each connection that has gone.
  using OnClosed = std::function<void(const Peer& peer)>;

  // The pending events of a connection.
  struct Events {
    bool failed = false;
    bool writable = false;
    bool readable = false;
    bool deadline = false;
  };

  ConnectionSet(LoopContext& loop, OnClosed on_closed);

  // Descriptors are registered with `poller`; the tag of their events is the connection's id, which
  // is never below 2^32.
  void SetPoller(Pistache::Polling::Epoll* poller) { poller_ = poller; }

  // Counts a connection whose Arrive follows. Any thread.
  void Expect();
  // Number of connections, expected ones included. Any thread.
  std::size_t size() const { return count_.load(std::memory_order_relaxed); }
  // Number of connections that may still send a request or have one in progress. A caller that
  // reads 0 sees all effects of earlier connections. Any thread.
  std::size_t unfinished() const { return unfinished_.load(std::memory_order_acquire); }

  // Takes a connection that was expected. It is adopted later, in turn with deferred connections.
  void Arrive(Arrival arrival) { arrivals_.push_back(std::move(arrival)); }
  // Serves the events now or defers them. Ignores the id of a connection that has gone; so do the
  // next two.
  void OnEvents(std::uint64_t id, Events events);
  void OnCompletion(const CompletionQueue::Completion& completion);
  void SetRequestDeadline(RequestId id, TimePoint when, std::function<void()> task);

  bool HasDeferred() const { return !deferred_.empty() || !arrivals_.empty(); }
  // Adopts the next arrival and serves the next deferred connection, if there are any.
  void ServeNextDeferred();

  // A lower bound of all deadlines.
  TimePoint next_deadline() const { return next_deadline_; }
  // Defers the connections whose deadline has passed: connections opened together have their
  // deadlines together, and each costs an answer. Corrects next_deadline().
  void ExpireDeadlines();

  // The server shuts down: adopts all arrivals; idle connections close.
  void Drain();
  void CloseAll();

 private:
  struct Slot {
    std::unique_ptr<Connection> connection;
    std::uint32_t generation = 1;
    bool unfinished = false;
    bool is_deferred = false;
    Events events;  // while deferred
  };

  void Adopt(Arrival arrival);
  std::uint64_t IdOf(std::size_t index) const;
  Connection* Find(std::uint64_t id);
  void Serve(std::uint64_t id, Events events);
  void Defer(std::uint64_t id, Events events);
  // Runs `action` on the connection, if it still exists, and handles the consequences.
  template <typename Action>
  void Visit(std::uint64_t id, Action action);
  void Remove(std::uint64_t id);
  void NoteFinished(Slot* slot);
  void NoteDeadline(TimePoint deadline);

  LoopContext& loop_;
  const OnClosed on_closed_;
  Pistache::Polling::Epoll* poller_ = nullptr;
  std::vector<Slot> slots_;
  std::vector<std::uint32_t> free_slots_;
  std::atomic<std::size_t> count_{0};
  std::atomic<std::size_t> unfinished_{0};
  std::deque<std::uint64_t> deferred_;  // connections with pending events; each once
  std::deque<Arrival> arrivals_;        // not adopted yet
  TimePoint next_deadline_ = Connection::kNever;
};

}  // namespace gateway::http

#endif  // GATEWAY_API_HTTP_NET_CONNECTION_SET_H_
