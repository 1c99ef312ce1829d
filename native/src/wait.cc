/** Learning how a child ended: wait(2), waitpid(2). */
#include <sys/wait.h>

#include "call.h"
#include "mechanisms.h"

namespace ring3 {
namespace {

/** { pid, status }, or null where WNOHANG found nobody. */
Napi::Value waitFor(const Call& call, pid_t pid, int options) {
  int status;
  pid_t child = waitpid(pid, &status, options);
  if (child == -1) call.fail();
  if (child == 0) return call.env().Null();
  Napi::Object result = Napi::Object::New(call.env());
  result.Set("pid", child);
  result.Set("status", status);
  return result;
}

Napi::Value waitCall(const Call& call) {
  return waitFor(call, -1, 0);
}

Napi::Value waitpidCall(const Call& call) {
  return waitFor(call, call.integer(0, "pid"), call.integerOr(1, "options", 0));
}

} // namespace

void addWait(Napi::Object exports) {
  addFunction<waitCall>(exports, "wait");
  addFunction<waitpidCall>(exports, "waitpid");
  ADD_CONSTANT(exports, WNOHANG);
  ADD_CONSTANT(exports, WUNTRACED);
  ADD_CONSTANT(exports, WCONTINUED);
}

} // namespace ring3
