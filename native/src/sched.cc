/** Who runs where, and how long: sched_setaffinity(2), sched_setattr(2), sched_yield(2), getpriority(2), getrusage(2),
 * clock_nanosleep(2). */
#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <ctime>

#include "call.h"
#include "mechanisms.h"

namespace ring3 {
namespace {

constexpr int64_t maxSafeInteger = (INT64_C(1) << 53) - 1;

Napi::Value schedSetaffinity(const Call& call) {
  Napi::Array cpus = call.list(1, "cpus", CPU_SETSIZE);
  cpu_set_t set;
  CPU_ZERO(&set);
  for (uint32_t i = 0; i < cpus.Length(); i++)
    CPU_SET(call.toInteger(cpus.Get(i), "a CPU's number", 0, CPU_SETSIZE - 1), &set);
  return call.done(sched_setaffinity(call.integer(0, "pid"), sizeof set, &set));
}

Napi::Value schedGetaffinity(const Call& call) {
  cpu_set_t set;
  if (sched_getaffinity(call.integer(0, "pid"), sizeof set, &set) == -1) call.fail();
  Napi::Array cpus = Napi::Array::New(call.env());
  for (uint32_t cpu = 0, found = 0; cpu < CPU_SETSIZE; cpu++)
    if (CPU_ISSET(cpu, &set)) cpus.Set(found++, call.number(cpu));
  return cpus;
}

/** sched_attr as its first version has it: glibc has learnt of the struct only lately. */
struct Attributes {
  uint32_t size = sizeof(Attributes);
  uint32_t policy = 0;
  uint64_t flags = 0;
  int32_t nice = 0;
  uint32_t priority = 0;
  uint64_t runtime = 0;
  uint64_t deadline = 0;
  uint64_t period = 0;
};
static_assert(sizeof(Attributes) == 48, "SCHED_ATTR_SIZE_VER0");

int64_t member(const Call& call, Napi::Object from, const char* name, int64_t min, int64_t max) {
  Napi::Value value = from.Get(name);
  return value.IsUndefined() ? 0 : call.toInteger(value, name, min, max);
}

Napi::Value schedSetattr(const Call& call) {
  int pid = call.integer(0, "pid");
  if (!call[1].IsObject()) call.failType("attributes must be an object");
  Napi::Object from = call[1].As<Napi::Object>();
  Attributes attributes;
  attributes.policy = static_cast<uint32_t>(member(call, from, "policy", 0, INT_MAX));
  attributes.nice = static_cast<int32_t>(member(call, from, "nice", INT_MIN, INT_MAX));
  attributes.priority = static_cast<uint32_t>(member(call, from, "priority", 0, INT_MAX));
  attributes.runtime = static_cast<uint64_t>(member(call, from, "runtime", 0, maxSafeInteger));
  attributes.deadline = static_cast<uint64_t>(member(call, from, "deadline", 0, maxSafeInteger));
  attributes.period = static_cast<uint64_t>(member(call, from, "period", 0, maxSafeInteger));
  return call.done(syscall(SYS_sched_setattr, pid, &attributes, 0));
}

Napi::Value schedGetattr(const Call& call) {
  Attributes attributes;
  if (syscall(SYS_sched_getattr, call.integer(0, "pid"), &attributes, sizeof attributes, 0) == -1) call.fail();
  Napi::Object answer = Napi::Object::New(call.env());
  answer.Set("policy", call.number(attributes.policy));
  answer.Set("nice", call.number(attributes.nice));
  answer.Set("priority", call.number(attributes.priority));
  answer.Set("runtime", call.number(static_cast<double>(attributes.runtime)));
  answer.Set("deadline", call.number(static_cast<double>(attributes.deadline)));
  answer.Set("period", call.number(static_cast<double>(attributes.period)));
  return answer;
}

Napi::Value schedYield(const Call& call) {
  return call.done(sched_yield());
}

/** -1 is a priority too, so errno tells whether it is an error. */
Napi::Value getpriorityCall(const Call& call) {
  errno = 0;
  int priority = getpriority(static_cast<__priority_which>(call.integer(0, "which")),
                             static_cast<id_t>(call.integer(1, "who", 0, UINT_MAX)));
  if (priority == -1 && errno != 0) call.fail();
  return call.number(priority);
}

Napi::Value setpriorityCall(const Call& call) {
  return call.done(setpriority(static_cast<__priority_which>(call.integer(0, "which")),
                               static_cast<id_t>(call.integer(1, "who", 0, UINT_MAX)), call.integer(2, "prio")));
}

Napi::Value getrusageCall(const Call& call) {
  rusage usage;
  if (getrusage(static_cast<__rusage_who>(call.integer(0, "who")), &usage) == -1) call.fail();
  auto microseconds = [](timeval time) {
    return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_usec);
  };
  Napi::Object answer = Napi::Object::New(call.env());
  answer.Set("utime", call.number(microseconds(usage.ru_utime)));
  answer.Set("stime", call.number(microseconds(usage.ru_stime)));
  answer.Set("maxrss", call.number(static_cast<double>(usage.ru_maxrss)));
  answer.Set("minflt", call.number(static_cast<double>(usage.ru_minflt)));
  answer.Set("majflt", call.number(static_cast<double>(usage.ru_majflt)));
  answer.Set("nvcsw", call.number(static_cast<double>(usage.ru_nvcsw)));
  answer.Set("nivcsw", call.number(static_cast<double>(usage.ru_nivcsw)));
  return answer;
}

/** Returns its error instead of setting errno. */
Napi::Value clockNanosleep(const Call& call) {
  int64_t nanoseconds = call.integer(2, "time", 0, maxSafeInteger);
  timespec time{nanoseconds / 1'000'000'000, nanoseconds % 1'000'000'000};
  int error = clock_nanosleep(call.integer(0, "clock"), call.integer(1, "flags"), &time, nullptr);
  if (error != 0) call.fail(error);
  return call.env().Undefined();
}

} // namespace

void addSched(Napi::Object exports) {
  addFunction<schedSetaffinity>(exports, "sched_setaffinity");
  addFunction<schedGetaffinity>(exports, "sched_getaffinity");
  addFunction<schedSetattr>(exports, "sched_setattr");
  addFunction<schedGetattr>(exports, "sched_getattr");
  addFunction<schedYield>(exports, "sched_yield");
  addFunction<getpriorityCall>(exports, "getpriority");
  addFunction<setpriorityCall>(exports, "setpriority");
  addFunction<getrusageCall>(exports, "getrusage");
  addFunction<clockNanosleep>(exports, "clock_nanosleep");
  ADD_CONSTANT(exports, SCHED_OTHER);
  ADD_CONSTANT(exports, SCHED_FIFO);
  ADD_CONSTANT(exports, SCHED_RR);
  ADD_CONSTANT(exports, SCHED_BATCH);
  ADD_CONSTANT(exports, SCHED_IDLE);
  ADD_CONSTANT(exports, PRIO_PROCESS);
  ADD_CONSTANT(exports, PRIO_PGRP);
  ADD_CONSTANT(exports, PRIO_USER);
  ADD_CONSTANT(exports, RUSAGE_SELF);
  ADD_CONSTANT(exports, RUSAGE_CHILDREN);
  ADD_CONSTANT(exports, TIMER_ABSTIME);
}

} // namespace ring3
