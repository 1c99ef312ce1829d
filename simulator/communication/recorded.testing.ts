/**
 * Plays sequences of calls that were recorded on Linux: up to three processes that share what the first had open when it forked. Each line
 * is the number of a process, a call and its arguments; what comes back is one line, or `BLOCK`, and `done` when the call comes back later.
 * Then comes what poll(2) finds for each descriptor of each process that does not wait, where that has changed.
 */
import * as r from "../../schema/call.ts";
import { createKernel, findTransition, request, step, type Result } from "../kernel/core.ts";
import { findProcess, FIRST_PID, getProcess, type Kernel, type Pid } from "../kernel/kernel.ts";
import * as m from "../memory/index.ts";
import * as p from "../index.ts";
import * as c from "./index.ts";

type Show = (value: never) => string;
type Entry = readonly [(...args: readonly string[]) => r.Call, Show?];
const n = (text: string | undefined) => Number(text ?? 0);
const fill = (length: string | undefined, letter = "x") => new Uint8Array(n(length)).fill(letter.charCodeAt(0));

/** `5:a*3b*2`: length, and each byte with how often it comes. */
function showBytes(data: Uint8Array): string {
  const runs: string[] = [];
  for (let at = 0; at < data.length;) {
    const byte = data[at] ?? 0;
    const end = data.findIndex((other, index) => index > at && other !== byte);
    const next = end === -1 ? data.length : end;
    runs.push(`${byte === 0 ? "0" : String.fromCharCode(byte)}*${next - at}`);
    at = next;
  }
  return `${data.length}:${runs.join("")}`;
}

/** `u:path`, `a:abstract name`, `i1PORT` for 127.0.0.1 and `i0PORT` for all addresses; ports count from a base, `E` is an ephemeral one. */
const base = 20_000;
function toAddress(text = ""): c.SocketAddress {
  if (text.startsWith("u:")) return text.slice(2);
  if (text.startsWith("a:")) return `\0${text.slice(2)}`;
  const port = n(text.slice(2));
  return { address: text[1] === "0" ? "0.0.0.0" : "127.0.0.1", port: port === 0 ? 0 : base + port };
}
function showAddress(address: c.SocketAddress | null): string {
  if (address === null) return "none";
  if (typeof address === "string") return address.startsWith("\0") ? `a:${address.slice(1)}` : `u:${address}`;
  const { port } = address;
  const shown = port === 0 ? "0" : port >= base && port < base + 100 ? String(port - base) : "E";
  return `i${address.address === "0.0.0.0" ? "0" : "1"}${shown}`;
}

const showNumber = (value: number) => String(value);
const showStatus = ({ type, size }: c.FileStatus) => `${type} ${size}`;
const showPair = (pair: readonly [number, number]) => pair.join(" ");
const eight = (value: string | undefined) => {
  const data = new Uint8Array(8);
  new DataView(data.buffer).setBigUint64(0, BigInt(value ?? 0), true);
  return data;
};
const showCounter = (read: Uint8Array) => {
  const data = new Uint8Array(8);
  data.set(read);
  return String(new DataView(data.buffer).getBigUint64(0, true));
};

/** The calls that need to know nothing of the others. */
const table: Readonly<Record<string, Entry>> = {
  pipe: [(flags) => r.pipe2(n(flags)), showPair],
  mkfifo: [(path = "") => c.mkfifo(path)],
  open: [(path = "", flags) => c.open(path, n(flags)), showNumber],
  close: [(fd) => r.close(n(fd))],
  dup: [(fd) => r.fcntl(n(fd), r.F_DUPFD, 3), showNumber],
  dup2: [(one, other) => r.dup2(n(one), n(other)), showNumber],
  read: [(fd, count) => r.read(n(fd), n(count)), showBytes],
  write: [(fd, count, letter) => r.write(n(fd), fill(count, letter)), showNumber],
  lseek: [(fd, offset, whence) => c.lseek(n(fd), n(offset), n(whence)), showNumber],
  pread: [(fd, count, offset) => c.pread(n(fd), n(count), n(offset)), showBytes],
  pwrite: [(fd, count, offset, letter) => c.pwrite(n(fd), fill(count, letter), n(offset)), showNumber],
  ftruncate: [(fd, length) => c.ftruncate(n(fd), n(length))],
  fsync: [(fd) => c.fsync(n(fd))],
  poll: [
    (fd, events, timeoutMs) => r.poll([{ fd: n(fd), events: n(events) }], n(timeoutMs)),
    (found: readonly r.PollResult[]) => `${found.length} ${(found[0]?.revents ?? 0).toString(16)}`,
  ],
  unlink: [(path = "") => c.unlink(path)],
  stat: [(path = "") => c.stat(path), showStatus],
  fstat: [(fd) => c.fstat(n(fd)), showStatus],
  setfl: [(fd, flags) => r.fcntl(n(fd), r.F_SETFL, n(flags))],
  getfl: [(fd) => r.fcntl(n(fd), r.F_GETFL), showNumber],
  set_pipe: [(fd, size) => r.fcntl(n(fd), r.F_SETPIPE_SZ, n(size)), showNumber],
  get_pipe: [(fd) => r.fcntl(n(fd), r.F_GETPIPE_SZ), showNumber],
  socket: [(domain, type) => c.socket(n(domain), n(type)), showNumber],
  socketpair: [(domain, type) => c.socketpair(n(domain), n(type)), showPair],
  bind: [(fd, address) => c.bind(n(fd), toAddress(address))],
  listen: [(fd, backlog) => c.listen(n(fd), n(backlog))],
  accept: [(fd, flags) => c.accept4(n(fd), n(flags)), showNumber],
  connect: [(fd, address) => c.connect(n(fd), toAddress(address))],
  shutdown: [(fd, how) => c.shutdown(n(fd), n(how))],
  send: [(fd, count, letter, flags) => c.send(n(fd), fill(count, letter), n(flags)), showNumber],
  sendto: [(fd, count, letter, flags, to) => c.sendto(n(fd), fill(count, letter), toAddress(to), n(flags)), showNumber],
  recv: [(fd, count, flags) => c.recv(n(fd), n(count), n(flags)), showBytes],
  recvfrom: [
    (fd, count, flags) => c.recvfrom(n(fd), n(count), n(flags)),
    ({ data, from }: c.ReceivedMessage) => `${showBytes(data)} ${showAddress(from)}`,
  ],
  sendmsg: [
    (fd, count, letter, flags, passed, ...fds) =>
      c.sendmsg(n(fd), { data: fill(count, letter), descriptors: fds.slice(0, n(passed)).map(Number) }, n(flags)),
    showNumber,
  ],
  recvmsg: [
    (fd, count, descriptors, flags) => c.recvmsg(n(fd), n(count), n(descriptors), n(flags)),
    ({ data, from, descriptors, flags }: c.ReceivedMessage) =>
      `${showBytes(data)} ${showAddress(from)} [${descriptors.map((fd) => `${fd},`).join("")}] ${flags.toString(16)}`,
  ],
  getsockname: [(fd) => c.getsockname(n(fd)), showAddress],
  getpeername: [(fd) => c.getpeername(n(fd)), showAddress],
  so_error: [(fd) => c.getsockopt(n(fd), c.SO_ERROR), showNumber],
  mq_open: [
    (name, flags, maxmsg, msgsize) =>
      c.mq_open(`/${name}`, n(flags), 0o600, n(maxmsg) ? { maxmsg: n(maxmsg), msgsize: n(msgsize) } : null),
    showNumber,
  ],
  mq_unlink: [(name) => c.mq_unlink(`/${name}`)],
  mq_send: [(fd, count, letter, priority) => c.mq_send(n(fd), fill(count, letter), n(priority))],
  mq_receive: [
    (fd, count) => c.mq_receive(n(fd), n(count)),
    ({ data, priority }: { data: Uint8Array; priority: number }) => `${showBytes(data)} p${priority}`,
  ],
  mq_getattr: [
    (fd) => c.mq_getattr(n(fd)),
    ({ maxmsg, msgsize, curmsgs, flags }: c.QueueAttributes) => `${maxmsg} ${msgsize} ${curmsgs} ${flags}`,
  ],
  mq_notify: [(fd, on) => c.mq_notify(n(fd), n(on) ? "SIGUSR2" : null)],
  take_signal: [() => p.sigtimedwait(["SIGUSR2"], 0), () => "12"],
  msgget: [(key, flags) => c.msgget(n(key), n(flags)), (id: number) => `q${id}`],
  msgsnd: [(id, type, count, letter, flags) => c.msgsnd(n(id), n(type), fill(count, letter), n(flags))],
  msgrcv: [
    (id, size, type, flags) => c.msgrcv(n(id), n(size), n(type), n(flags)),
    ({ type, data }: { type: number; data: Uint8Array }) => `t${type} ${showBytes(data)}`,
  ],
  msgctl: [
    (id, command) => c.msgctl(n(id), n(command)),
    (status: c.QueueStatus | null) => (status ? `${status.qnum} ${status.cbytes}` : "ok"),
  ],
  eventfd: [(initial, flags) => c.eventfd(n(initial), n(flags)), showNumber],
  counter_write: [(fd, value) => r.write(n(fd), eight(value)), showNumber],
  counter_read: [(fd) => r.read(n(fd), 8), showCounter],
  epoll_create: [(flags) => c.epoll_create1(n(flags)), showNumber],
  epoll_ctl: [(epfd, operation, fd, events, data) => c.epoll_ctl(n(epfd), n(operation), n(fd), n(events), n(data))],
  epoll_wait: [
    (epfd, most, timeoutMs) => c.epoll_wait(n(epfd), n(most), n(timeoutMs)),
    (events: readonly c.EpollEvent[]) =>
      [events.length, ...events.map((event) => `${event.events.toString(16)}:${event.data}`)].join(" "),
  ],
  flock: [(fd, operation) => c.flock(n(fd), n(operation))],
  handler: [(restart) => p.sigaction("SIGUSR1", { *handler() {}, flags: n(restart) ? p.SA_RESTART : 0 })],
  mmap: [
    (address, length, access, flags, fd, offset) =>
      m.mmap(n(address), n(length), n(access), n(flags), n(fd), n(offset)),
    (address: number) => address.toString(16),
  ],
  munmap: [(address, length) => m.munmap(n(address), n(length))],
  mprotect: [(address, length, access) => m.mprotect(n(address), n(length), n(access))],
  msync: [(address, length, flags) => m.msync(n(address), n(length), n(flags))],
  peek: [(address, count) => m.peek(n(address), n(count)), showBytes],
  poke: [(address, count, letter) => m.poke(n(address), fill(count, letter))],
  shm_open: [(name, flags) => m.shm_open(`/${name}`, n(flags)), showNumber],
  shm_unlink: [(name) => m.shm_unlink(`/${name}`)],
  memfd: [(flags) => m.memfd_create("m", n(flags)), showNumber],
  shmget: [(key, size, flags) => m.shmget(n(key), n(size), n(flags)), (id: number) => `s${id}`],
  shmat: [(id, address, flags) => m.shmat(n(id), n(address), n(flags)), (address: number) => address.toString(16)],
  shmdt: [(address) => m.shmdt(n(address))],
  shmctl: [
    (id, command) => m.shmctl(n(id), n(command)),
    (status: m.SegmentStatus | null) => (status ? `${status.size} ${status.attached} ${status.removed ? 1 : 0}` : "ok"),
  ],
};

const polled = Array.from({ length: 21 }, (_, index) => ({
  fd: 3 + index,
  events: r.POLLIN | r.POLLOUT | r.POLLRDHUP,
}));

/** What comes of the calls, line by line. */
export function play(lines: readonly string[]): string[] {
  let kernel: Kernel = createKernel();
  const told: string[] = [];
  const pids: (Pid | null)[] = [FIRST_PID, null, null];
  const waiting = new Map<Pid, Show>();
  const results = new Map<Pid, Result>();
  const woken: Pid[] = [];
  const polls = new Map<number, string>();

  askNow(FIRST_PID, r.sigaction("SIGPIPE", "SIG_IGN"));
  askNow(FIRST_PID, p.sigprocmask(p.SIG_BLOCK, ["SIGUSR2"]));
  for (const line of lines) {
    const [number = "", name = "", ...args] = line.split(" ");
    const pid = pids[n(number)] ?? null;
    const isTaken = name === "fork" && pids[n(args[0])] !== null;
    told.push(`= ${pid === null || waiting.has(pid) || isTaken ? "skip" : tell(pid, name, args)}`);
    for (const [number, one] of pids.entries()) tellDone(number, one);
    for (const [number, one] of pids.entries()) if (one !== null && !waiting.has(one)) tellPoll(number, one);
  }
  return told;

  function tell(pid: Pid, name: string, args: readonly string[]): string {
    if (name === "fork") return fork(pid, n(args[0]));
    if (name === "exit") return exit(pid);
    const [call, show] = find(name, args);
    const before = kernel;
    const result = askNow(pid, call);
    if (typeof result === "string") {
      kernel = before;
      return result;
    }
    if (result) return describe(result, show);
    waiting.set(pid, show);
    return "BLOCK";
  }

  function find(name: string, args: readonly string[]): readonly [r.Call, Show] {
    const [first, ...others] = args;
    const toNumber = (pid: number) => `p${pids.indexOf(pid)}`;
    if (name === "kill") return [pids[n(first)] ? r.kill(pids[n(first)] ?? 0, "SIGUSR1") : r.getpid(), () => "ok"];
    if (name === "peercred") return [c.getpeercred(n(first)), ({ pid }: c.Credentials) => toNumber(pid)];
    if (name === "lock") {
      const [command, type, start, length] = others.map(Number);
      const call = c.fcntl_lock(n(first), command ?? 0, { type: type ?? 0, start: start ?? 0, length: length ?? 0 });
      return [call, (lock: c.RecordLock | null) => (lock === null ? "ok" : showLock(lock))];
    }
    const entry = table[name];
    if (!entry) throw new RangeError(`nobody knows how to play ${name}`);
    return [entry[0](...args), entry[1] ?? (() => "ok")];

    function showLock({ type, start, length, pid }: c.RecordLock): string {
      return type === c.F_UNLCK ? "free" : `${type} ${start} ${length} ${toNumber(pid)}`;
    }
  }

  function describe(result: Result, show: Show): string {
    if (result.kind === "fail") return `E ${result.errno}`;
    if (result.kind !== "return") throw new TypeError(`nobody expects ${result.kind}`);
    return result.value === null && show === table["take_signal"]?.[1] ? "E EAGAIN" : show(result.value as never);
  }

  function fork(pid: Pid, number: number): string {
    const result = askNow(pid, r.fork());
    pids[number] = result && typeof result !== "string" && result.kind === "return" ? (result.value as Pid) : null;
    return "forked";
  }

  function exit(pid: Pid): string {
    kernel = request(kernel, pid, r.exit(0));
    settle(pid);
    pids[pids.indexOf(pid)] = null;
    return "exit";
  }

  function tellDone(number: number, pid: Pid | null): void {
    const show = pid === null ? undefined : waiting.get(pid);
    const result = pid === null ? undefined : results.get(pid);
    if (pid === null || !show || !result) return;
    waiting.delete(pid);
    told.push(`done ${number} ${describe(result, show)}`);
  }

  function tellPoll(number: number, pid: Pid): void {
    const result = askNow(pid, r.poll(polled, 0));
    if (!result || typeof result === "string" || result.kind !== "return") throw new TypeError("poll waits");
    const masks = new Map((result.value as readonly r.PollResult[]).map(({ fd, revents }) => [fd, revents]));
    const { descriptors } = getProcess(kernel, pid).common;
    const shown = polled.filter(({ fd }) => descriptors[fd]).map(({ fd }) => `${fd}:${(masks.get(fd) ?? 0).toString(16)}`); // prettier-ignore
    const line = `poll ${number} ${shown.join(" ")}`.trimEnd();
    if (polls.get(number) !== line) told.push(line);
    polls.set(number, line);
  }

  /** Asks for a call; its result, null where it waits, or the signal that an access to memory has raised. */
  function askNow(pid: Pid, call: r.Call): Result | string | null {
    kernel = request(kernel, pid, call);
    results.delete(pid);
    return settle(pid) ?? results.get(pid) ?? null;
  }

  /** Lets everybody run until nobody can: first the one that has asked, then in the order of waking. */
  function settle(first: Pid): string | null {
    for (;;) {
      const next = [first, ...woken, ...pids].find((pid) => pid !== null && isReady(pid));
      if (next === undefined || next === null) return null;
      if (woken.includes(next)) woken.splice(woken.indexOf(next), 1);
      const signal = takeStep(next);
      if (signal) return signal;
    }
  }

  function isReady(pid: Pid): boolean {
    const process = findProcess(kernel, pid);
    return process?.state === "ready" && process.call !== null && !results.has(pid);
  }

  function takeStep(pid: Pid): string | null {
    const transition = findTransition(kernel, pid);
    if (!transition) throw new RangeError(`P${pid} is ready and cannot go on`);
    const taken = step(kernel, transition);
    kernel = taken.kernel;
    for (const event of taken.events) {
      if (event.kind === "wake") woken.push(event.pid);
      if (event.kind === "fault" && event.frame === null)
        return event.why?.includes("ends before") ? "SIGBUS" : "SIGSEGV";
    }
    const { result } = taken;
    if (result?.kind === "handle") kernel = request(kernel, pid, new r.Call("sigreturn", []));
    else if (result?.kind === "resume") {
      if (result.result) results.set(pid, result.result);
    } else if (result) results.set(pid, result);
    return null;
  }
}
