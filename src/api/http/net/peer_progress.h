// Measures how much of an answer the peer itself has received since a mark: the moment the kernel
// accepted no more bytes, or the end of the last period in which the peer received enough. Bytes in
// kernel buffers do not count: the buffers hold megabytes, which would give a client that reads
// nothing an hour. Owned by one connection; one thread.
#ifndef GATEWAY_API_HTTP_NET_PEER_PROGRESS_H_
#define GATEWAY_API_HTTP_NET_PEER_PROGRESS_H_

#include <cstddef>
#include <cstdint>

namespace gateway::http {

class PeerProgress final {
 public:
  // The kernel accepts no more bytes for now; `sent` bytes of the answer are in its buffers or at
  // the peer.
  void OnStalled(int fd, std::size_t sent);
  // Asks the kernel how much the peer has received since the mark, and sets the mark to now.
  // `sent`: as above. Returns 0 if the kernel has accepted all bytes so far.
  std::size_t TakeProgress(int fd, std::size_t sent);
  void Reset() { *this = PeerProgress(); }

 private:
  bool stalled_ = false;
  std::int64_t mark_ = 0;
};

}  // namespace gateway::http

#endif  // GATEWAY_API_HTTP_NET_PEER_PROGRESS_H_
