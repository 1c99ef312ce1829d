/** Sockets: socketpair(2). */
#include <sys/socket.h>

#include "call.h"
#include "mechanisms.h"

namespace ring3 {
namespace {

Napi::Value socketpairCall(const Call& call) {
  int ends[2];
  if (socketpair(call.integer(0, "domain"), call.integer(1, "type"), call.integerOr(2, "protocol", 0), ends) == -1)
    call.fail();
  return call.pair(ends[0], ends[1]);
}

} // namespace

void addSocket(Napi::Object exports) {
  addFunction<socketpairCall>(exports, "socketpair");
  ADD_CONSTANT(exports, AF_UNIX);
  ADD_CONSTANT(exports, SOCK_STREAM);
  ADD_CONSTANT(exports, SOCK_SEQPACKET);
  ADD_CONSTANT(exports, SOCK_CLOEXEC);
  ADD_CONSTANT(exports, SOCK_NONBLOCK);
}

} // namespace ring3
