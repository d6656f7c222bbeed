// The part of a Connection before its first request: the TLS handshake. Each event of the
// descriptor runs one step, so a silent client costs nothing but a connection, until the handshake
// timeout.
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
    case IoResult::Status::kEnd:  // such as a port check
      return Close();
    case IoResult::Status::kError:
      loop_.metrics.OnHttpRejected("tls-handshake-failed");
      loop_.logger.Log(LogLevel::kDebug, "tls-handshake-failed",
                       "A client and the gateway did not agree on TLS.",
                       {{"peer", std::string_view(peer_.address)},
                        {"error", std::string_view(stream_->failure())}});
      // The alert with the reason is written. Lingering keeps unread input from resetting the
      // connection before the client has read it.
      return Linger();
  }
}

}  // namespace gateway::http
