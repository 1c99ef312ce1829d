/** The TypeScript half of the benchmarks: the same work as twin.c, line by line. `twin.ts NAME COUNT` prints nanoseconds per COUNT. */
import { _exit, clock_gettime, CLOCK_MONOTONIC, close, fork, getpid, pipe, read, waitpid, write } from "../posix.ts";

const messageBytes = 64;
const chunkBytes = 65_536;
const warmUp = 10_000;

const now = () => clock_gettime(CLOCK_MONOTONIC);

/** A message goes to the child and comes back, `count` times. */
function pingPong(count: number): number {
  const there = pipe();
  const back = pipe();
  const message = new Uint8Array(messageBytes).fill(1);
  const child = fork();
  if (child === 0) {
    for (let i = 0; i < count + warmUp; i++) {
      read(there[0], message);
      write(back[1], message);
    }
    _exit(0);
  }
  let start = 0;
  for (let i = 0; i < count + warmUp; i++) {
    if (i === warmUp) start = now();
    write(there[1], message);
    read(back[0], message);
  }
  const end = now();
  waitpid(child);
  return end - start;
}

/** `count` chunks go to a child, which says when it begins and when it has all of them. */
function throughput(count: number): number {
  const chunk = new Uint8Array(chunkBytes);
  const [r, w] = pipe();
  const signs = pipe();
  const child = fork();
  if (child === 0) {
    close(w);
    write(signs[1], chunk, 1);
    while (read(r, chunk) > 0);
    write(signs[1], chunk, 1);
    _exit(0);
  }
  close(r);
  read(signs[0], chunk, 1);
  const start = now();
  for (let i = 0; i < count; i++) write(w, chunk);
  close(w);
  read(signs[0], chunk, 1);
  const end = now();
  waitpid(child);
  return end - start;
}

/** `count` times the cheapest call there is. */
function callKernel(count: number): number {
  let start = 0;
  for (let i = 0; i < count + warmUp; i++) {
    if (i === warmUp) start = now();
    getpid();
  }
  return now() - start;
}

const twins: Record<string, (count: number) => number> = { "ping-pong": pingPong, throughput, getpid: callKernel };
const [name = "", count = "1"] = process.argv.slice(2);
console.log((twins[name]!(Number(count)) / Number(count)).toFixed(1));
