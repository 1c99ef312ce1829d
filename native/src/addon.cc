#include "mechanisms.h"

namespace ring3 {

static Napi::Object load(Napi::Env env, Napi::Object exports) {
  exports.Set("constants", Napi::Object::New(env));
  for (auto add : {addClock, addExec, addFd, addFork, addPidfd, addPipe, addPoll, addProcess, addSched, addSignal,
                   addSocket, addWait})
    add(exports);
  return exports;
}

NODE_API_MODULE(posix, load)

} // namespace ring3
