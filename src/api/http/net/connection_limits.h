// The limits of one connection: sizes, times, and its share of one iteration of its loop. Constant
// while the server runs.
#ifndef GATEWAY_API_HTTP_NET_CONNECTION_LIMITS_H_
#define GATEWAY_API_HTTP_NET_CONNECTION_LIMITS_H_

#include <chrono>
#include <cstddef>
#include <random>

#include "api/http/h1/framer.h"

namespace gateway::http {

// The work for one connection before the other connections of its loop have their turn.
struct TurnLimits {
  int reads = 8;
  int requests = 64;  // read together, and answered from their heads alone
  std::size_t decoded_bytes = std::size_t{1024} * 1024;  // of bodies; takes milliseconds
};

struct ConnectionLimits {
  FramerLimits framer;
  TurnLimits turn;
  // The rate at which a client must at least send a body and read an answer; 0: any.
  std::size_t min_body_bytes_per_second = 1'024;
  std::chrono::milliseconds handshake_timeout{10'000};
  std::chrono::milliseconds head_timeout{10'000};
  // For a postponed verdict (HeadVerdict::later).
  std::chrono::milliseconds verdict_timeout{10'000};
  std::chrono::milliseconds body_timeout{30'000};
  std::chrono::milliseconds idle_timeout{75'000};
  std::chrono::milliseconds write_timeout{30'000};
  // While draining, a connection closes after this silence. Longer than a round trip, so that the
  // request of a client that has just connected, or was just answered, still arrives.
  std::chrono::milliseconds settle{250};
  std::chrono::milliseconds max_age{0};  // 0: no limit
};

// The maximum age of one connection: `max_age` plus or minus a random part of up to a tenth, so
// that connections opened together do not close together.
std::chrono::milliseconds ConnectionAge(std::chrono::milliseconds max_age,
                                        std::minstd_rand* random);

}  // namespace gateway::http

#endif  // GATEWAY_API_HTTP_NET_CONNECTION_LIMITS_H_
