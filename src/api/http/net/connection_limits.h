// What one connection may take: sizes, times, and its share of a turn of its loop. Constant while
// the server runs.
#ifndef GATEWAY_API_HTTP_NET_CONNECTION_LIMITS_H_
#define GATEWAY_API_HTTP_NET_CONNECTION_LIMITS_H_

#include <chrono>
#include <cstddef>
#include <random>

#include "api/http/h1/framer.h"

namespace gateway::http {

// What one connection may do before the other connections of its loop have their turn.
struct TurnLimits {
  int reads = 8;
  int requests = 64;  // that were read together and are answered by their heads alone
  std::size_t decoded_bytes = std::size_t{1024} * 1024;  // out of a body's decoder: milliseconds
};

struct ConnectionLimits {
  FramerLimits framer;
  TurnLimits turn;
  // Of a body that arrives, and of an answer that is read; 0: no minimum.
  std::size_t min_body_bytes_per_second = 1'024;
  std::chrono::milliseconds handshake_timeout{10'000};
  std::chrono::milliseconds head_timeout{10'000};
  // For a verdict that was left open (HeadVerdict::later).
  std::chrono::milliseconds verdict_timeout{10'000};
  std::chrono::milliseconds body_timeout{30'000};
  std::chrono::milliseconds idle_timeout{75'000};
  std::chrono::milliseconds write_timeout{30'000};
  // While draining: how long a connection must have been silent to be closed. More than a round
  // trip, so that a client that has just connected, or was just answered, is still heard.
  std::chrono::milliseconds settle{250};
  std::chrono::milliseconds max_age{0};  // 0: no limit
};

// How old a connection may become: `max_age`, a tenth more or less by chance, so that connections
// made together do not end together.
std::chrono::milliseconds ConnectionAge(std::chrono::milliseconds max_age,
                                        std::minstd_rand* random);

}  // namespace gateway::http

#endif  // GATEWAY_API_HTTP_NET_CONNECTION_LIMITS_H_
