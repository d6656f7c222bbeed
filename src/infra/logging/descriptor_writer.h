// Writes to a file descriptor that may be slow, stuck or gone (a full pipe, a stopped terminal),
// and can be told to give up. Write is for one thread; Abandon is for any.
#ifndef GATEWAY_INFRA_LOGGING_DESCRIPTOR_WRITER_H_
#define GATEWAY_INFRA_LOGGING_DESCRIPTOR_WRITER_H_

#include <atomic>
#include <string_view>

namespace gateway {

class DescriptorWriter final {
 public:
  // The descriptor stays the caller's: it is neither closed nor made non-blocking.
  explicit DescriptorWriter(int descriptor);

  // Writes all of `text`, waiting for a slow reader as long as it takes. false: some of it is lost,
  // because nobody reads any more or because of Abandon.
  bool Write(std::string_view text);

  // Makes the Write that waits, and every later one that would wait, return within about 0.1 s.
  void Abandon() { abandoned_.store(true, std::memory_order_relaxed); }

 private:
  bool WaitUntilWritable();

  const int descriptor_;
  const bool never_waits_;  // a regular file: written in one go
  std::atomic<bool> abandoned_{false};
};

}  // namespace gateway

#endif  // GATEWAY_INFRA_LOGGING_DESCRIPTOR_WRITER_H_
