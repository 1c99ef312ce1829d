/**
 * fork(2) for a process that runs JavaScript.
 *
 * V8 marks its heap MADV_DONTFORK (Node is built with v8_enable_private_mapping_fork_optimization), so a child would be
 * without it and die at its first step. Undoing that before the fork is the cure. It must be done at each fork, since
 * new pages of the heap are marked again.
 */
#include <sys/mman.h>
#include <sys/resource.h>
#include <sysexits.h>
#include <unistd.h>
#include <uv.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "call.h"
#include "mechanisms.h"

namespace ring3 {
namespace {

struct Range {
  uintptr_t start;
  uintptr_t end;
};

struct Mapping {
  Range range;
  bool isPrivate;
  /** The kernel's own pages, which stay where they are: [vvar], [vdso], [vsyscall]. madvise refuses them. */
  bool isSpecial;
};

std::vector<Mapping> readMappings(const Call& call) {
  std::vector<Mapping> mappings;
  std::ifstream file("/proc/self/maps");
  if (!file.is_open()) call.fail();
  for (std::string line; std::getline(file, line);) {
    unsigned long start, end;
    char mode[5];
    if (sscanf(line.c_str(), "%lx-%lx %4s", &start, &end, mode) != 3) continue;
    mappings.push_back({{start, end}, mode[3] == 'p', line.find("[v") != std::string::npos});
  }
  return mappings;
}

/** The address space from end to end, but for the kernel's own pages. */
std::vector<Range> findOrdinaryRanges(const Call& call) {
  constexpr uintptr_t pageSize = 4096;
  std::vector<Range> ranges;
  Range ordinary{pageSize, pageSize};
  for (const Mapping& mapping : readMappings(call)) {
    if (mapping.isSpecial) {
      if (mapping.range.start > ordinary.start) ranges.push_back({ordinary.start, mapping.range.start});
      ordinary.start = mapping.range.end;
    }
    ordinary.end = mapping.range.end;
  }
  if (ordinary.end > ordinary.start) ranges.push_back(ordinary);
  return ranges;
}

/** One madvise goes through all mappings of a range; ENOMEM only tells of the holes between them. */
bool includeInFork(const Range& range) {
  return madvise(reinterpret_cast<void*>(range.start), range.end - range.start, MADV_DOFORK) == 0 || errno == ENOMEM;
}

void includeHeapInFork(const Call& call) {
  static const std::vector<Range> ordinary = findOrdinaryRanges(call);
  if (std::ranges::all_of(ordinary, includeInFork)) return;
  // A device's or a ring's mapping stopped the walk: go from mapping to mapping, and pass over those that refuse.
  for (const Mapping& mapping : readMappings(call))
    if (mapping.isPrivate && !mapping.isSpecial) includeInFork(mapping.range);
}

/**
 * Holds every free descriptor below `highest`. libuv replaces its own descriptors in a child, in part inside fork(2) by
 * pthread_atfork(3); this way the new ones take the numbers of the old, and the program finds 3, 4 ... free as before.
 */
class HeldDescriptors {
 public:
  explicit HeldDescriptors(int highest) {
    for (int fd = dup(highest); fd != -1; fd = dup(highest)) {
      held_.push_back(fd);
      if (fd > highest) break;
    }
  }
  ~HeldDescriptors() {
    for (int fd : held_) close(fd);
  }
  HeldDescriptors(const HeldDescriptors&) = delete;
  HeldDescriptors& operator=(const HeldDescriptors&) = delete;

 private:
  std::vector<int> held_;
};

/** Every other thread of this process sleeps. The state follows the name, which may contain anything but ends the last
 * ')'. */
bool othersSleep() {
  const std::string self = std::to_string(gettid());
  std::error_code unreadable; // then nothing is known, and nothing is waited for
  for (const auto& task : std::filesystem::directory_iterator("/proc/self/task", unreadable)) {
    if (task.path().filename() == self) continue;
    std::string stat;
    std::getline(std::ifstream(task.path() / "stat"), stat);
    size_t nameEnd = stat.rfind(')');
    if (nameEnd == std::string::npos) continue; // it has just ended
    char state = stat[nameEnd + 2];
    if (state == 'R' || state == 'D') return false;
  }
  return true;
}

/**
 * A thread that works at the moment of a fork may hold a lock, which in the child nobody would ever release; asleep, it
 * waits for work and holds none. `--single-threaded` leaves the helpers little to do, but at the start, and on a busy
 * machine, it happens.
 */
void awaitOtherThreads(const Call& call) {
  constexpr int maxWaits = 20'000;
  constexpr useconds_t waitUs = 100;
  for (int waits = 0; !othersSleep(); waits++) {
    if (waits == maxWaits) call.failState("another thread stays busy, and a child could wait for its locks for ever");
    usleep(waitUs);
  }
}

/** libuv aborts a child in which it cannot open its descriptors again, as under a limit that was lowered beneath them.
 */
void checkDescriptorLimit(const Call& call, int highest) {
  rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur <= static_cast<rlim_t>(highest)) call.fail(EMFILE);
}

uv_loop_t* loopOf(Napi::Env env) {
  uv_loop_t* loop = nullptr;
  NAPI_THROW_IF_FAILED(env, napi_get_uv_event_loop(env, &loop), nullptr);
  return loop;
}

/** How many requests libuv has in flight: their threads would be missing in a child. */
Napi::Value activeRequests(const Call& call) {
  return call.number(loopOf(call.env())->active_reqs.count);
}

/** The child gets an event loop of its own: if they shared one epoll instance, each would lose the other's events. */
Napi::Value forkCall(const Call& call) {
  uv_loop_t* loop = loopOf(call.env());
  checkDescriptorLimit(call, uv_backend_fd(loop));
  awaitOtherThreads(call);
  includeHeapInFork(call);
  HeldDescriptors held(uv_backend_fd(loop));
  pid_t pid = fork();
  if (pid == -1) call.fail();
  if (pid == 0) {
    int error = uv_loop_fork(loop);
    if (error != 0) {
      dprintf(STDERR_FILENO, "fork: the child got no event loop of its own: %s\n", uv_strerror(error));
      _exit(EX_OSERR);
    }
  }
  return call.result(pid);
}

} // namespace

void addFork(Napi::Object exports) {
  addFunction<forkCall>(exports, "fork");
  addFunction<activeRequests>(exports, "activeRequests");
}

} // namespace ring3
