#include "api/http/responder.h"

#include <utility>

#include "api/http/handler.h"

namespace gateway::http {
namespace {

Response InternalError() {
  Response response;
  response.status = 500;
  return response;
}

}  // namespace

Responder::Responder(std::shared_ptr<ConnectionChannel> channel, RequestId id)
    : channel_(std::move(channel)), id_(id) {}

Responder::Responder(Responder&& other) noexcept
    : channel_(std::move(other.channel_)), id_(other.id_), sent_(other.sent_.load()) {}

Responder& Responder::operator=(Responder&& other) noexcept {
  if (this != &other) {
    Responder dropped(std::move(*this));  // answers 500 for what it still owned
    channel_ = std::move(other.channel_);
    id_ = other.id_;
    sent_.store(other.sent_.load());
  }
  return *this;
}

Responder::~Responder() {
  if (*this) Send(InternalError);
}

void Responder::Send(Build build) {
  if (channel_ == nullptr || sent_.exchange(true)) return;
  channel_->Answer(id_, std::move(build));
}

void Responder::SetDeadline(std::chrono::steady_clock::time_point when,
                            std::function<void()> on_deadline) {
  if (channel_) channel_->SetDeadline(id_, when, std::move(on_deadline));
}

VerdictHandle::VerdictHandle(std::shared_ptr<ConnectionChannel> channel, RequestId id)
    : channel_(std::move(channel)), id_(id) {}

VerdictHandle& VerdictHandle::operator=(VerdictHandle&& other) noexcept {
  if (this != &other) {
    VerdictHandle dropped(std::move(*this));  // answers 500 for what it still owned
    channel_ = std::move(other.channel_);
    id_ = other.id_;
  }
  return *this;
}

VerdictHandle::~VerdictHandle() {
  Decide([](const RequestHead&) {
    HeadVerdict verdict;
    verdict.answer = InternalError();
    verdict.answer->close = true;
    return verdict;
  });
}

void VerdictHandle::Decide(Decision decision) {
  if (const auto channel = std::exchange(channel_, nullptr)) {
    channel->Decide(id_, std::move(decision));
  }
}

}  // namespace gateway::http
