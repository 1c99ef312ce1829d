/** Time: clock_gettime(2). */
#include <ctime>

#include "call.h"
#include "mechanisms.h"

namespace ring3 {
namespace {

Napi::Value clockGettime(const Call& call) {
  timespec time;
  if (clock_gettime(call.integer(0, "clock"), &time) == -1) call.fail();
  return call.number(static_cast<double>(time.tv_sec) * 1e9 + static_cast<double>(time.tv_nsec));
}

} // namespace

void addClock(Napi::Object exports) {
  addFunction<clockGettime>(exports, "clock_gettime");
  ADD_CONSTANT(exports, CLOCK_REALTIME);
  ADD_CONSTANT(exports, CLOCK_MONOTONIC);
  ADD_CONSTANT(exports, CLOCK_PROCESS_CPUTIME_ID);
}

} // namespace ring3
