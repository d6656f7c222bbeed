// Writes to a file descriptor that may be slow, stuck or closed (a full pipe, a stopped terminal),
// until Abandon is called. One thread calls Write; any thread may call Abandon.
#ifndef GATEWAY_INFRA_LOGGING_DESCRIPTOR_WRITER_H_
#define GATEWAY_INFRA_LOGGING_DESCRIPTOR_WRITER_H_

#include <atomic>
#include <string_view>

namespace gateway {

class DescriptorWriter final {
 public:
  // The caller keeps the descriptor: it is neither closed nor made non-blocking.
  explicit DescriptorWriter(int descriptor);

  // Writes all of `text`, waiting for a slow reader as long as necessary. Returns false if some of
  // it is lost, because the reader is gone or because of Abandon.
  bool Write(std::string_view text);

  // Makes the waiting Write, and every later one that would wait, return within about 0.1 s.
  void Abandon() { abandoned_.store(true, std::memory_order_relaxed); }

 private:
  bool WaitUntilWritable();

  const int descriptor_;
  const bool never_waits_;  // a regular file: written at once
  std::atomic<bool> abandoned_{false};
};

}  // namespace gateway

#endif  // GATEWAY_INFRA_LOGGING_DESCRIPTOR_WRITER_H_
