// For scripts/lint/check_guards.py, which must report exactly the lines that end in "refused".
// Never compiled.
#include <mutex>

#include "service/types/mutex.h"

namespace gateway {

class WithoutMutex {
  int value_ = 0;
};

template <typename Value>
class Planted final : public Base<int> {
 public:
  enum class Kind { kOne, kTwo };
  struct Options {
    int depth = 1;
    std::function<void(int)> done = {};
  };
  using Callback = std::function<void(int)>;
  explicit Planted(Options options) : options_(options), values_{1, 2} { Reset(); }
  ~Planted();
  bool Wait(std::chrono::milliseconds timeout = {}, const char* text = "; int x_;") const {
    return timeout.count() == ';' || text != nullptr;
  }
  static int Count();
  int count() const { return count_; }

 private:
  void Reset() REQUIRES(mutex_);

  const Options options_;
  const std::vector<int*> pointers_;
  Logger& logger_;
  Clock* const clock_;
  std::atomic<int> hits_{0};
  static constexpr int kMost = 3;

  mutable Mutex mutex_;
  CondVar changed_;
  int count_ GUARDED_BY(mutex_) = 0;
  std::map<std::string, std::vector<int>> sizes_ GUARDED_BY(mutex_){};
  std::unique_ptr<int> held_ PT_GUARDED_BY(mutex_);
  std::vector<int> values_;              // refused
  mutable std::optional<int> latest_{};  // refused
  std::function<void(int)> called_{};    // refused
  Logger* other_ = nullptr;              // refused
  const Logger* changeable_ = nullptr;   // refused
  int plain_;                            // refused
  std::mutex raw_ GUARDED_BY(mutex_);    // refused
  Part part_;                            // unguarded: thread-safe itself
  // unguarded: written before there are threads
  Part other_part_;
  std::thread thread_;
};

struct After {
  std::array<int, 3> values{1, 2, 3};
};

inline void Lock() {
  const std::lock_guard lock(mutex_);  // refused
  // std::mutex in a comment
}

}  // namespace gateway
