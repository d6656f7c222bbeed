// How much of an answer the peer itself has taken, since the kernel would take no more of it. What
// the kernel has taken does not count: its buffers hold megabytes, and would earn a client that
// reads nothing an hour of patience. Owned by one connection; one thread.
#ifndef GATEWAY_API_HTTP_PEER_PROGRESS_H_
#define GATEWAY_API_HTTP_PEER_PROGRESS_H_

#include <cstddef>
#include <cstdint>

namespace gateway::http {

class PeerProgress final {
 public:
  // The kernel takes no more for now; `sent` bytes of the answer are with it or with the peer.
  void OnStalled(int fd, std::size_t sent);
  // Asks the kernel. `sent`: as above, by now.
  void Update(int fd, std::size_t sent);
  void Reset() { *this = PeerProgress(); }

  // As of the last Update; 0 before the first.
  std::size_t bytes() const { return bytes_; }

 private:
  bool stalled_ = false;
  std::int64_t at_stall_ = 0;
  std::size_t bytes_ = 0;
};

}  // namespace gateway::http

#endif  // GATEWAY_API_HTTP_PEER_PROGRESS_H_
