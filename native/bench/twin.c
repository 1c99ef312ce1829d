/** The C half of the benchmarks: the same work as twin.ts, line by line. `twin NAME COUNT` prints nanoseconds per
 * COUNT. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { messageBytes = 64, chunkBytes = 65536, warmUp = 10000 };

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1e9 + time.tv_nsec;
}

static void check(long result, const char* call) {
  if (result == -1) {
    perror(call);
    exit(1);
  }
}

/** A message goes to the child and comes back, COUNT times. */
static double pingPong(long count) {
  int there[2], back[2];
  char message[messageBytes] = {1};
  check(pipe(there), "pipe");
  check(pipe(back), "pipe");
  pid_t child = fork();
  if (child == 0) {
    for (long i = 0; i < count + warmUp; i++) {
      check(read(there[0], message, messageBytes), "read");
      check(write(back[1], message, messageBytes), "write");
    }
    _exit(0);
  }
  double start = 0;
  for (long i = 0; i < count + warmUp; i++) {
    if (i == warmUp) start = now();
    check(write(there[1], message, messageBytes), "write");
    check(read(back[0], message, messageBytes), "read");
  }
  double end = now();
  waitpid(child, NULL, 0);
  return end - start;
}

/** COUNT chunks go to a child, which says when it begins and when it has all of them. */
static double throughput(long count) {
  static char chunk[chunkBytes];
  int ends[2], signs[2];
  check(pipe(ends), "pipe");
  check(pipe(signs), "pipe");
  pid_t child = fork();
  if (child == 0) {
    close(ends[1]);
    check(write(signs[1], chunk, 1), "write");
    while (read(ends[0], chunk, chunkBytes) > 0)
      ;
    check(write(signs[1], chunk, 1), "write");
    _exit(0);
  }
  close(ends[0]);
  check(read(signs[0], chunk, 1), "read");
  double start = now();
  for (long i = 0; i < count; i++) check(write(ends[1], chunk, chunkBytes), "write");
  close(ends[1]);
  check(read(signs[0], chunk, 1), "read");
  double end = now();
  waitpid(child, NULL, 0);
  return end - start;
}

/** COUNT times the cheapest call there is. */
static double callKernel(long count) {
  double start = 0;
  for (long i = 0; i < count + warmUp; i++) {
    if (i == warmUp) start = now();
    getpid();
  }
  return now() - start;
}

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  long count = atol(argv[2]);
  double ns = strcmp(argv[1], "ping-pong") == 0    ? pingPong(count)
              : strcmp(argv[1], "throughput") == 0 ? throughput(count)
                                                   : callKernel(count);
  printf("%.1f\n", ns / count);
}
