/** A descriptor for a process, readable when it has ended: pidfd_open(2). */
#include <sys/syscall.h>
#include <unistd.h>

#include "call.h"
#include "mechanisms.h"

namespace ring3 {
namespace {

Napi::Value pidfdOpen(const Call& call) {
  // glibc has a wrapper since 2.36 only.
  return call.result(syscall(SYS_pidfd_open, call.integer(0, "pid"), call.integerOr(1, "flags", 0)));
}

} // namespace

void addPidfd(Napi::Object exports) {
  addFunction<pidfdOpen>(exports, "pidfd_open");
}

} // namespace ring3
