/** Waiting: a process that cannot go on sleeps on channels until somebody wakes one of them, first come, first woken. */
import { namePid, updateProcess, type Draft, type Pid } from "./kernel.ts";

/** Why and on what a call waits. */
export interface Block {
  /** What it waits for, as a trace names it. */
  readonly on: string;
  readonly why: string;
  readonly channels: readonly string[];
  /** Of the exclusive sleepers of a channel one is woken at a time, so that they do not all run for one byte. */
  readonly exclusive: boolean;
  /** After how long it gives up; absent: never. */
  readonly timeoutMs?: number;
}

export interface Sleeper {
  readonly pid: Pid;
  readonly channel: string;
  readonly exclusive: boolean;
}

/** ready → blocked: the process goes to the end of each queue. */
export function sleep(draft: Draft, pid: Pid, block: Block): void {
  const { channels, exclusive } = block;
  const sleepers = [
    ...draft.kernel.sleepers,
    ...[...new Set(channels)].map((channel) => ({ pid, channel, exclusive })),
  ];
  draft.kernel = { ...draft.kernel, sleepers };
  updateProcess(draft, pid, { state: "blocked", blocked: block });
  draft.events.push({ kind: "block", pid, on: block.on, why: block.why });
}

/** blocked → ready */
export function wake(draft: Draft, pid: Pid, why: string): void {
  draft.kernel = { ...draft.kernel, sleepers: draft.kernel.sleepers.filter((sleeper) => sleeper.pid !== pid) };
  updateProcess(draft, pid, { state: "ready", blocked: null });
  draft.events.push({ kind: "wake", pid, why });
}

/** Wakes every shared sleeper of a channel and the exclusive one that has slept longest (Linux's wake_up). */
export function wakeOne(draft: Draft, channel: string, why: string): void {
  if (draft.kernel.sleepers.length === 0) return;
  const sleepers = draft.kernel.sleepers.filter((sleeper) => sleeper.channel === channel);
  const exclusive = sleepers.filter((sleeper) => sleeper.exclusive);
  for (const { pid } of sleepers.filter((sleeper) => !sleeper.exclusive)) wake(draft, pid, why);
  const first = exclusive[0];
  if (!first) return;
  const others = exclusive.length - 1;
  wake(draft, first.pid, others === 0 ? why : `${why}; ${namePid(first.pid)} has waited longest, ${others} still wait`);
}

export function wakeAll(draft: Draft, channel: string, why: string): void {
  for (const { pid } of draft.kernel.sleepers.filter((sleeper) => sleeper.channel === channel)) {
    wake(draft, pid, why);
  }
}
