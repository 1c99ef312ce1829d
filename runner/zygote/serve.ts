/**
 * The zygote's loop: one blocking poll(2) over the socket to the runner and, for each run, its output, its reports and its pidfd.
 * A run is a fork of this process; several go on at once. As PID 1 of the box it also reaps every orphan.
 */
import {
  _exit,
  AF_UNIX,
  close,
  fcntl,
  F_GETFL,
  F_SETFL,
  fork,
  O_CLOEXEC,
  O_NONBLOCK,
  pidfd_open,
  pipe2,
  poll,
  POLLIN,
  POLLOUT,
  read,
  SOCK_CLOEXEC,
  SOCK_SEQPACKET,
  socketpair,
  waitpid,
  WNOHANG,
} from "../../native/posix.ts";
import { cpus, release } from "node:os";
import { isSystemError, type WaitResult } from "../../schema/call.ts";
import type { FromRunner, ToRunner } from "../../schema/protocol.ts";
import type { TraceEvent } from "../../schema/trace.ts";
import { cellPlacement, type Job, type RunOrder } from "./job.ts";
import { createLineReader } from "./lines.ts";
import { createOutbox } from "./outbox.ts";
import { prepareScript } from "./script.ts";
import { killRun } from "./tree.ts";

/** A request with its files, escaped as JSON, is shorter than this. */
const maxRequestBytes = 64 << 20;
/** Below 65 536 UTF-16 units, the longest text of a message, whatever the bytes are. */
const chunkBytes = 32_768;
/** A report is one packet; the kernel's default send buffer is 208 KiB. */
const maxReportBytes = 262_144;
/** Events of one message; the protocol takes 1 000. */
const maxReportsAtOnce = 200;
const stopTimeoutMs = 100;
/** How often orphans are reaped while nothing else happens. */
const reapIntervalMs = 100;
/** Left of a run's time for saying that it has ended, when only its children still hold its output. */
const lastWordsMs = 100;

interface Run {
  readonly id: string;
  readonly number: number;
  readonly pid: number;
  readonly pidfd: number;
  readonly began: number;
  readonly deadline: number;
  readonly decoder: TextDecoder;
  /** What it prints, and what it reports: null after end of file. */
  output: number | null;
  reports: number | null;
  status: WaitResult | null;
}

/** Serves the runner at the socket `control` until it hangs up. Returns in each forked child, with what the child is to do. */
export function serveRuns(control: number): Job {
  fcntl(control, F_SETFL, fcntl(control, F_GETFL, 0) | O_NONBLOCK);
  const outbox = createOutbox(control);
  const readLines = createLineReader(maxRequestBytes);
  const runs = new Map<string, Run>();
  const buffer = new Uint8Array(maxReportBytes);
  let lastNumber = 0;
  let hasChildren = false;
  const send = (message: FromRunner): void => outbox.send(message);

  send({ type: "hello", kernel: `Linux ${release()}`, cpus: cpus().length, capabilities: [] });
  for (;;) {
    const reading = outbox.isEmpty();
    const awaited = [...runs.values()].flatMap((run) => [
      run.status === null ? run.pidfd : null,
      reading ? run.reports : null,
      reading ? run.output : null,
    ]);
    const requests = [
      { fd: control, events: reading ? POLLIN : POLLIN | POLLOUT },
      ...awaited.filter((fd) => fd !== null).map((fd) => ({ fd, events: POLLIN })),
    ];
    const ready = new Set(poll(requests, hasChildren ? reapIntervalMs : -1).map((entry) => entry.fd));
    if (!outbox.flush()) _exit(0);
    // Before the runs are followed: an end that is only noticed afterwards would wake nobody.
    hasChildren = reapChildren();
    for (const run of runs.values()) followRun(run, ready);
    if (!ready.has(control)) continue;
    const length = readSome(control, buffer);
    if (length === 0) _exit(0);
    if (length === null) continue;
    for (const line of readLines(buffer.subarray(0, length))) {
      const message = JSON.parse(line) as RunOrder | Exclude<ToRunner, { type: "run" }>;
      if (message.type === "stop") stopRun(message.run);
      if (message.type !== "run") continue;
      const job = startRun(message);
      if (job !== null) return job;
      hasChildren = true;
    }
  }

  /** Forks. In the child: what it is to do. In the zygote: null. */
  function startRun({ run: id, request, placement = cellPlacement }: RunOrder): Job | null {
    const script = prepareScript(request);
    const number = ++lastNumber;
    const [output, outputEnd] = pipe2(O_CLOEXEC);
    const [reports, reportsEnd] = socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    let pid: number;
    try {
      pid = fork();
    } catch (error) {
      for (const fd of [output, outputEnd, reports, reportsEnd]) close(fd);
      refuseRun(id, error as Error);
      return null;
    }
    if (pid === 0) {
      for (const run of runs.values()) closeRun(run);
      for (const fd of [control, output, reports]) close(fd);
      return { request, placement, script, number, output: outputEnd, reports: reportsEnd };
    }
    close(outputEnd);
    close(reportsEnd);
    for (const fd of [output, reports]) fcntl(fd, F_SETFL, fcntl(fd, F_GETFL, 0) | O_NONBLOCK);
    const began = performance.now();
    runs.set(id, {
      id,
      number,
      pid,
      pidfd: pidfd_open(pid, 0),
      reports,
      began,
      deadline: began + request.timeoutMs - lastWordsMs,
      decoder: new TextDecoder(),
      output,
      status: null,
    });
    send({ type: "started", run: id });
    return null;
  }

  /** The machine's limit on processes: its other programs take them all. */
  function refuseRun(id: string, error: Error): void {
    const text = `No process could be started: ${error.message}. Stop another program of this machine, or restart it.\n`;
    send({ type: "started", run: id });
    send({ type: "output", run: id, text });
    send({ type: "ended", run: id, end: { exitStatus: 126, termSignal: null, cause: "ended", ms: 0 } });
  }

  /** Passes on what a run has said, and that it has ended: when its first process has, and nobody holds its output any more. */
  function followRun(run: Run, ready: ReadonlySet<number>): void {
    if (run.output !== null && ready.has(run.output)) readOutput(run, run.output);
    if (run.reports !== null && ready.has(run.reports)) readReports(run, run.reports);
    if (run.status === null || (run.output !== null && performance.now() < run.deadline)) return;
    while (run.reports !== null && readReports(run, run.reports)) if (!outbox.isEmpty()) return;
    endRun(run, run.status);
  }

  /** False: there is nothing to read at the moment. */
  function readOutput(run: Run, output: number): boolean {
    const length = readSome(output, buffer.subarray(0, chunkBytes));
    if (length === null) return false;
    const text = run.decoder.decode(buffer.subarray(0, length), { stream: length > 0 });
    if (text !== "") send({ type: "output", run: run.id, text });
    if (length > 0) return true;
    close(output);
    run.output = null;
    return false;
  }

  /** Passes on what the program reports: checks, results, events of its trace, a packet each. False: there is no more at the moment. */
  function readReports(run: Run, reports: number): boolean {
    const events: TraceEvent[] = [];
    const sendEvents = (): void => {
      if (events.length > 0) send({ type: "trace", run: run.id, events: events.splice(0) });
    };
    let length: number | null = null;
    for (let count = 0; count < maxReportsAtOnce; count++) {
      length = readSome(reports, buffer);
      if (length === null || length === 0) break;
      const report = readPacket(new TextDecoder().decode(buffer.subarray(0, length)), run.id);
      if (report?.type === "trace") events.push(...report.events);
      else if (report !== null) {
        sendEvents();
        send(report);
      }
    }
    sendEvents();
    if (length === 0) {
      close(reports);
      run.reports = null;
    }
    return length !== null && length > 0;
  }

  function endRun(run: Run, status: WaitResult): void {
    closeRun(run);
    runs.delete(run.id);
    const ms = performance.now() - run.began;
    const { exitStatus, termSignal } = status;
    send({ type: "ended", run: run.id, end: { exitStatus, termSignal, cause: "ended", ms } });
  }

  function stopRun(id: string): void {
    const run = runs.get(id);
    if (run === undefined || !killRun(run.number, stopTimeoutMs)) return;
    while (run.output !== null && readOutput(run, run.output));
    const status = run.status ?? waitpid(run.pid);
    if (status !== null) endRun(run, status);
  }

  /** Takes those that have ended out of the process table: runs' own processes, whose status is kept, and orphans. True while children live. */
  function reapChildren(): boolean {
    for (;;) {
      let ended: WaitResult | null;
      try {
        ended = waitpid(-1, WNOHANG);
      } catch {
        return false;
      }
      if (ended === null) return true;
      for (const run of runs.values()) if (run.status === null && run.pid === ended.pid) run.status = ended;
    }
  }
}

function closeRun({ pidfd, output, reports }: Run): void {
  for (const fd of [pidfd, output, reports]) if (fd !== null) close(fd);
}

/** What a program may say of itself: checks, results, events of its trace. Anything else that it writes to its own channel is void. */
function readPacket(text: string, run: string): FromRunner | null {
  try {
    const packet = JSON.parse(text) as TraceEvent | { readonly type: string };
    if ("kind" in packet) return { type: "trace", run, events: [packet] };
    return packet.type === "check" || packet.type === "result" ? ({ ...packet, run } as FromRunner) : null;
  } catch {
    return null;
  }
}

/** Bytes read, 0 at end of file, null when there is nothing yet. */
function readSome(fd: number, buffer: Uint8Array): number | null {
  try {
    return read(fd, buffer);
  } catch (error) {
    if (isSystemError(error) && (error.code === "EAGAIN" || error.code === "EINTR")) return null;
    return 0;
  }
}
