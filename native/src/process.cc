/** A process about itself: _exit(2), getpid(2), getppid(2), process groups and sessions, prctl(2), setrlimit(2). */
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmath>

#include "call.h"
#include "mechanisms.h"

namespace ring3 {
namespace {

Napi::Value exitCall(const Call& call) {
  _exit(call.integer(0, "status"));
}

Napi::Value getpidCall(const Call& call) {
  return call.number(getpid());
}

Napi::Value getppidCall(const Call& call) {
  return call.number(getppid());
}

Napi::Value getpgidCall(const Call& call) {
  return call.result(getpgid(call.integer(0, "pid")));
}

Napi::Value setpgidCall(const Call& call) {
  return call.done(setpgid(call.integer(0, "pid"), call.integer(1, "pgid")));
}

Napi::Value setsidCall(const Call& call) {
  return call.result(setsid());
}

/** Only options without pointers into memory, but for the name, which is copied. */
Napi::Value prctlCall(const Call& call) {
  int option = call.integer(0, "option");
  switch (option) {
    case PR_GET_DUMPABLE:
      return call.result(prctl(option));
    case PR_SET_DUMPABLE:
    case PR_SET_CHILD_SUBREAPER:
      return call.result(prctl(option, static_cast<unsigned long>(call.integer(1, "arg2", 0, 2)), 0, 0, 0));
    case PR_SET_NAME:
      return call.result(prctl(option, call.text(1, "arg2").c_str(), 0, 0, 0));
    default:
      call.fail(EINVAL);
  }
}

/** A limit as JavaScript writes it: Infinity is RLIM_INFINITY. */
rlim_t limitArgument(const Call& call, size_t index, const char* what) {
  if (call[index].IsNumber() && call[index].As<Napi::Number>().DoubleValue() == HUGE_VAL) return RLIM_INFINITY;
  constexpr int64_t maxSafeInteger = (INT64_C(1) << 53) - 1;
  return static_cast<rlim_t>(call.integer(index, what, 0, maxSafeInteger));
}

Napi::Value setrlimitCall(const Call& call) {
  int resource = call.integer(0, "resource");
  rlimit limit{limitArgument(call, 1, "soft"), limitArgument(call, 2, "hard")};
  return call.done(setrlimit(static_cast<__rlimit_resource>(resource), &limit));
}

Napi::Value getrlimitCall(const Call& call) {
  rlimit limit;
  if (getrlimit(static_cast<__rlimit_resource>(call.integer(0, "resource")), &limit) == -1) call.fail();
  auto toNumber = [](rlim_t value) { return value == RLIM_INFINITY ? HUGE_VAL : static_cast<double>(value); };
  return call.pair(toNumber(limit.rlim_cur), toNumber(limit.rlim_max));
}

} // namespace

void addProcess(Napi::Object exports) {
  addFunction<exitCall>(exports, "_exit");
  addFunction<getpidCall>(exports, "getpid");
  addFunction<getppidCall>(exports, "getppid");
  addFunction<getpgidCall>(exports, "getpgid");
  addFunction<setpgidCall>(exports, "setpgid");
  addFunction<setsidCall>(exports, "setsid");
  addFunction<prctlCall>(exports, "prctl");
  addFunction<setrlimitCall>(exports, "setrlimit");
  addFunction<getrlimitCall>(exports, "getrlimit");
  ADD_CONSTANT(exports, PR_GET_DUMPABLE);
  ADD_CONSTANT(exports, PR_SET_DUMPABLE);
  ADD_CONSTANT(exports, PR_SET_CHILD_SUBREAPER);
  ADD_CONSTANT(exports, PR_SET_NAME);
  ADD_CONSTANT(exports, RLIMIT_CORE);
  ADD_CONSTANT(exports, RLIMIT_CPU);
  ADD_CONSTANT(exports, RLIMIT_DATA);
  ADD_CONSTANT(exports, RLIMIT_FSIZE);
  ADD_CONSTANT(exports, RLIMIT_NOFILE);
  ADD_CONSTANT(exports, RLIMIT_NPROC);
}

} // namespace ring3
