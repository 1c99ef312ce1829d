/** Pipes: pipe2(2). */
#include <fcntl.h>
#include <unistd.h>

#include "call.h"
#include "mechanisms.h"

namespace ring3 {
namespace {

Napi::Value createPipe(const Call& call, int flags) {
  int ends[2];
  if (pipe2(ends, flags) == -1) call.fail();
  return call.pair(ends[0], ends[1]);
}

Napi::Value pipeCall(const Call& call) {
  return createPipe(call, 0);
}

Napi::Value pipe2Call(const Call& call) {
  return createPipe(call, call.integer(0, "flags"));
}

} // namespace

void addPipe(Napi::Object exports) {
  addFunction<pipeCall>(exports, "pipe");
  addFunction<pipe2Call>(exports, "pipe2");
}

} // namespace ring3
