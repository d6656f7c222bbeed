// The part of a Connection that comes before its first request: the handshake of its stream. A step
// of it runs whenever something happens on the descriptor, so that a client that stays silent costs
// nothing but its place, and that only until Http:TlsHandshakeTimeoutMs.
#include "api/http/net/connection.h"

namespace gateway::http {

// The next step. Afterwards the phase says how it went.
void Connection::Handshake() {
  switch (stream_->Handshake()) {
    case IoResult::Status::kOk:
      phase_ = Phase::kReading;
      waiting_since_ = loop_.now;
      readable_ = true;  // the first request may have come with the end of the handshake
      return;
    case IoResult::Status::kWouldBlock:
      return;
    case IoResult::Status::kEnd:  // somebody who only looks whether the port is open
      return Close();
    case IoResult::Status::kError:
      loop_.metrics.OnHttpRejected("tls-handshake-failed");
      loop_.logger.Log(
          LogLevel::kDebug, "tls-handshake-failed", "A TLS handshake failed.",
          {{"peer", std::string_view(peer_)}, {"error", std::string_view(stream_->failure())}});
      // The alert that says why is out; what the client has sent meanwhile must not reset it.
      return Linger();
  }
}

}  // namespace gateway::http
