// How much of an answer the peer itself has taken since a mark: the moment the kernel would take no
// more of it, or the end of the last period in which it took enough. What the kernels of both sides
// have taken does not count for long: their buffers hold megabytes, and would earn a client that
// reads nothing an hour of patience. Owned by one connection; one thread.
#ifndef GATEWAY_API_HTTP_NET_PEER_PROGRESS_H_
#define GATEWAY_API_HTTP_NET_PEER_PROGRESS_H_

#include <cstddef>
#include <cstdint>

namespace gateway::http {

class PeerProgress final {
 public:
  // The kernel takes no more for now; `sent` bytes of the answer are with it or with the peer.
  void OnStalled(int fd, std::size_t sent);
  // Asks the kernel how much the peer has taken since the mark, and sets the mark to now. `sent`:
  // as above, by now. 0 if the kernel has never refused to take more.
  std::size_t TakeProgress(int fd, std::size_t sent);
  void Reset() { *this = PeerProgress(); }

 private:
  bool stalled_ = false;
  std::int64_t mark_ = 0;
};

}  // namespace gateway::http

#endif  // GATEWAY_API_HTTP_NET_PEER_PROGRESS_H_
