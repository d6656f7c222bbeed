// The TLS handshake of a Connection, before its first request. A step runs at every event of the
// descriptor, so a silent client costs only a connection, and only until
// Http:TlsHandshakeTimeoutMs.
#include "api/http/net/connection.h"

namespace gateway::http {

// The next step. Afterwards the phase shows the result.
void Connection::Handshake() {
  switch (stream_->Handshake()) {
    case IoResult::Status::kOk:
      phase_ = Phase::kReading;
      waiting_since_ = loop_.now;
      readable_ = true;  // the first request may have arrived with the end of the handshake
      return;
    case IoResult::Status::kWouldBlock:
      return;
    case IoResult::Status::kEnd:  // a port check
      return Close();
    case IoResult::Status::kError:
      loop_.metrics.OnHttpRejected("tls-handshake-failed");
      loop_.logger.Log(
          LogLevel::kDebug, "tls-handshake-failed", "A TLS handshake failed.",
          {{"peer", std::string_view(peer_)}, {"error", std::string_view(stream_->failure())}});
      // The alert with the reason has been sent; unread bytes from the client must not cause a
      // reset.
      return Linger();
  }
}

}  // namespace gateway::http
