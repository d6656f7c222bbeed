#include "api/http/net/connection_set.h"

#include <algorithm>
#include <exception>
#include <utility>

namespace gateway::http {
namespace {

using Pistache::Flags;
using Pistache::Polling::Mode;
using Pistache::Polling::NotifyOn;
using Pistache::Polling::Tag;

// An id is a slot's index below and its generation (never 0) above.
constexpr std::uint64_t kSlotMask = 0xFFFF'FFFF;

Flags<NotifyOn> Interest() {
  Flags<NotifyOn> interest;
  for (const NotifyOn event :
       {NotifyOn::Read, NotifyOn::Write, NotifyOn::Hangup, NotifyOn::Shutdown}) {
    interest.setFlag(event);
  }
  return interest;
}

}  // namespace

ConnectionSet::ConnectionSet(LoopContext& loop, OnClosed on_closed)
    : loop_(loop), on_closed_(std::move(on_closed)) {}

void ConnectionSet::Expect() {
  count_.fetch_add(1, std::memory_order_relaxed);
  unfinished_.fetch_add(1, std::memory_order_relaxed);
}

void ConnectionSet::Adopt(Arrival arrival) {
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
  slot.connection =
      std::make_unique<Connection>(loop_, std::move(arrival.stream), id, std::move(arrival.peer));
  loop_.metrics.OnConnectionsChanged(1);
  try {
    // Edge-triggered, registered once: the connection remembers its readiness.
    poller_->addFd(slot.connection->fd(), Interest(), Tag(id), Mode::Edge);
  } catch (const std::exception& error) {  // the kernel is out of resources
    loop_.logger.Log(LogLevel::kError, "connection-fault",
                     "A connection could not be registered with epoll and was closed.",
                     {{"error", error.what()}});
    return Remove(id);
  }
  // Nothing is read before its first event, so that many new connections with large requests take
  // turns with the others. That event comes at once, because a new socket is writable.
  const bool refuse = arrival.refuse;
  Visit(id, [refuse](Connection& connection) {
    if (refuse) connection.Refuse({RequestError::Kind::kTooManyConnections});
  });
}

std::uint64_t ConnectionSet::IdOf(std::size_t index) const {
  return index | std::uint64_t{slots_[index].generation} << 32U;
}

Connection* ConnectionSet::Find(std::uint64_t id) {
  const std::size_t index = id & kSlotMask;
  if (index >= slots_.size() || slots_[index].generation != id >> 32U) return nullptr;
  return slots_[index].connection.get();
}

template <typename Action>
void ConnectionSet::Visit(std::uint64_t id, Action action) {
  Connection* const connection = Find(id);
  if (connection == nullptr) return;
  try {
    action(*connection);
  } catch (const std::exception& error) {
    // No exception may leave this function: the reactor would end the process.
    loop_.logger.Log(LogLevel::kError, "connection-fault",
                     "A connection caused an unexpected error and was closed.",
                     {{"error", error.what()}});
    return Remove(id);
  }
  if (connection->closed()) return Remove(id);
  if (connection->finished()) NoteFinished(&slots_[id & kSlotMask]);
  if (connection->wants_turn()) Defer(id, {.readable = true});
  NoteDeadline(connection->deadline());
}

void ConnectionSet::Remove(std::uint64_t id) {
  Slot& slot = slots_[id & kSlotMask];
  const std::unique_ptr<Connection> connection = std::move(slot.connection);
  NoteFinished(&slot);
  slot.is_deferred = false;
  slot.events = {};
  ++slot.generation;  // the old id no longer finds a connection
  if (slot.generation == 0) slot.generation = 1;
  free_slots_.push_back(static_cast<std::uint32_t>(id & kSlotMask));
  count_.fetch_sub(1, std::memory_order_relaxed);
  loop_.metrics.OnConnectionsChanged(-1);
  on_closed_(connection->peer());
}

void ConnectionSet::NoteFinished(Slot* slot) {
  if (std::exchange(slot->unfinished, false)) unfinished_.fetch_sub(1, std::memory_order_release);
}

void ConnectionSet::OnEvents(std::uint64_t id, Events events) {
  const Connection* const connection = Find(id);
  if (connection == nullptr) return;
  if (connection->prompt()) return Serve(id, events);
  Defer(id, events);
}

void ConnectionSet::OnCompletion(const CompletionQueue::Completion& completion) {
  Visit(completion.id.connection,
        [&](Connection& connection) { connection.OnCompletion(completion); });
}

void ConnectionSet::SetRequestDeadline(RequestId id, TimePoint when, std::function<void()> task) {
  if (Connection* const connection = Find(id.connection)) {
    connection->SetRequestDeadline(id.sequence, when, std::move(task));
  }
}

void ConnectionSet::Serve(std::uint64_t id, Events events) {
  if (events.failed) return Visit(id, [](Connection& one) { one.OnHangup(); });
  // Both, because a blocked answer may become writable at the same moment as new bytes arrive.
  if (events.writable) Visit(id, [](Connection& one) { one.OnWritable(); });
  if (events.readable) Visit(id, [](Connection& one) { one.OnReadable(); });
  // Bytes that arrived meanwhile may have extended it.
  if (events.deadline) {
    Visit(id, [this](Connection& one) {
      if (one.deadline() <= loop_.now) one.OnDeadline();
    });
  }
}

void ConnectionSet::Defer(std::uint64_t id, Events events) {
  Slot& slot = slots_[id & kSlotMask];
  slot.events.failed |= events.failed;
  slot.events.writable |= events.writable;
  slot.events.readable |= events.readable;
  slot.events.deadline |= events.deadline;
  if (!std::exchange(slot.is_deferred, true)) deferred_.push_back(id);
}

void ConnectionSet::ServeNextDeferred() {
  if (!arrivals_.empty()) {
    Arrival arrival = std::move(arrivals_.front());
    arrivals_.pop_front();
    Adopt(std::move(arrival));
  }
  if (deferred_.empty()) return;
  const std::uint64_t id = deferred_.front();
  deferred_.pop_front();
  if (Find(id) == nullptr) return;
  Slot& slot = slots_[id & kSlotMask];
  slot.is_deferred = false;
  Serve(id, std::exchange(slot.events, {}));
}

void ConnectionSet::NoteDeadline(TimePoint deadline) {
  next_deadline_ = std::min(next_deadline_, deadline);
}

void ConnectionSet::ExpireDeadlines() {
  next_deadline_ = Connection::kNever;
  for (std::size_t index = 0; index < slots_.size(); ++index) {
    const Connection* const connection = slots_[index].connection.get();
    if (connection == nullptr) continue;
    if (connection->deadline() > loop_.now) {
      NoteDeadline(connection->deadline());
    } else {
      Defer(IdOf(index), {.deadline = true});
    }
  }
}

void ConnectionSet::Drain() {
  for (Arrival& arrival : std::exchange(arrivals_, {})) Adopt(std::move(arrival));
  for (std::size_t index = 0; index < slots_.size(); ++index) {
    if (!slots_[index].connection) continue;
    Visit(IdOf(index), [](Connection& connection) { connection.OnDrain(); });
  }
}

void ConnectionSet::CloseAll() {
  for (std::size_t index = 0; index < slots_.size(); ++index) {
    if (slots_[index].connection) Remove(IdOf(index));
  }
}

}  // namespace gateway::http
