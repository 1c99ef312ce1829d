/** Waiting for descriptors: poll(2). */
#include <poll.h>

#include "call.h"
#include "mechanisms.h"

namespace ring3 {
namespace {

/** More than any process has descriptors; the kernel's own bound is RLIMIT_NOFILE. */
constexpr uint32_t maxRequests = 65'536;

std::vector<pollfd> readRequests(const Call& call, Napi::Array list) {
  std::vector<pollfd> requests;
  for (uint32_t i = 0; i < list.Length(); i++) {
    Napi::HandleScope scope(call.env());
    Napi::Value value = list.Get(i);
    if (!value.IsObject()) call.failType("a request must be an object { fd, events }");
    Napi::Object request = value.As<Napi::Object>();
    int64_t fd = call.toInteger(request.Get("fd"), "fd", INT_MIN, INT_MAX);
    int64_t events = call.toInteger(request.Get("events"), "events", SHRT_MIN, SHRT_MAX);
    requests.push_back({static_cast<int>(fd), static_cast<short>(events), 0});
  }
  return requests;
}

/** Answers with the entries that are ready, in the order in which they were asked for. */
Napi::Value pollCall(const Call& call) {
  std::vector<pollfd> requests = readRequests(call, call.list(0, "fds", maxRequests));
  if (poll(requests.data(), requests.size(), static_cast<int>(call.integer(1, "timeout", -1, INT_MAX))) == -1)
    call.fail();
  Napi::Array ready = Napi::Array::New(call.env());
  for (const pollfd& request : requests) {
    if (request.revents == 0) continue;
    Napi::Object entry = Napi::Object::New(call.env());
    entry.Set("fd", request.fd);
    entry.Set("events", request.events);
    entry.Set("revents", request.revents);
    ready.Set(ready.Length(), entry);
  }
  return ready;
}

} // namespace

void addPoll(Napi::Object exports) {
  addFunction<pollCall>(exports, "poll");
  ADD_CONSTANT(exports, POLLIN);
  ADD_CONSTANT(exports, POLLOUT);
  ADD_CONSTANT(exports, POLLERR);
  ADD_CONSTANT(exports, POLLHUP);
  ADD_CONSTANT(exports, POLLRDHUP);
  ADD_CONSTANT(exports, POLLNVAL);
}

} // namespace ring3
