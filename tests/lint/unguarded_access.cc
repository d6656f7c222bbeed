// For clang's thread-safety analysis as ./dev lint runs it, which must report exactly the lines
// that end in "refused". Never linked.
#include "service/types/mutex.h"

namespace gateway {

class Account final {
 public:
  void Deposit(int amount) {
    const MutexLock lock(mutex_);
    balance_ += amount;
  }
  void DepositUnlocked(int amount) { balance_ += amount; }  // refused
  int Sum() {
    return SumLocked();  // refused
  }

 private:
  int SumLocked() const REQUIRES(mutex_) { return balance_; }

  Mutex mutex_;
  int balance_ GUARDED_BY(mutex_) = 0;
};

void Use(Account* account) {
  account->Deposit(1);
  account->DepositUnlocked(account->Sum());
}

}  // namespace gateway
