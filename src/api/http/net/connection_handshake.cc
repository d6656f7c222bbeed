// The part of a Connection that comes before its first request: the handshake of its stream. A step
// of it runs whenever something happens on the descriptor, so that a client that stays silent costs
// nothing but its place, and that only until the handshake timeout.
#include "api/http/net/connection.h"

namespace gateway::http {

// The next step. Afterwards the phase shows the result.
void Connection::Handshake() {
  switch (stream_->Handshake()) {
    case IoResult::Status::kOk:
      peer_.tls = stream_->TlsFacts();
      NextRequest();
      input_.OnReadable();  // the first request may have come with the end of the handshake
      return;
    case IoResult::Status::kWouldBlock:
      return;
    case IoResult::Status::kEnd:  // a client that only looks whether the port is open
      return Close();
    case IoResult::Status::kError:
      loop_.metrics.OnHttpRejected("tls-handshake-failed");
      loop_.logger.Log(LogLevel::kDebug, "tls-handshake-failed",
                       "A client and the gateway did not agree on TLS.",
                       {{"peer", std::string_view(peer_.address)},
                        {"error", std::string_view(stream_->failure())}});
      // The alert that says why is out; what the client has sent meanwhile must not reset it.
      return Linger();
  }
}

}  // namespace gateway::http
