/** Waiting: a process that cannot go on sleeps on channels until somebody wakes one of them, first come, first woken. */
import { namePid, getProcess, replaceProcess, type Draft, type Pid } from "./kernel.ts";

/** Why and on what a call waits. */
export interface Block {
  /** What it waits for, as a trace names it. */
  readonly on: string;
  readonly why: string;
  readonly channels: readonly string[];
  /** Of the exclusive sleepers of a channel one is woken at a time, so that they do not all run for one byte. */
  readonly exclusive: boolean;
  /** Who can end the wait, where that is known; of `anyHolder`, one of them is enough. */
  readonly holders?: readonly Pid[];
  readonly anyHolder?: true;
  /** It tries again and again on its CPU instead of sleeping. */
  readonly spins?: true;
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
  replaceProcess(draft, { ...getProcess(draft.kernel, pid), state: "blocked", blocked: block });
  draft.events.push({ kind: "block", pid, on: block.on, why: block.why });
}

/** blocked → ready */
export function wake(draft: Draft, pid: Pid, why: string): void {
  draft.kernel = { ...draft.kernel, sleepers: draft.kernel.sleepers.filter((sleeper) => sleeper.pid !== pid) };
  replaceProcess(draft, { ...getProcess(draft.kernel, pid), state: "ready", blocked: null });
  draft.events.push({ kind: "wake", pid, why });
}

type Listener = (draft: Draft, channel: string, why: string) => void;
const listeners: Listener[] = [];
/** Lets a mechanism hear of every wake-up of a channel, sleepers or not: epoll(7) keeps its ready lists so. */
export const addListener = (listener: Listener): void => void listeners.push(listener);

/** Something new for those who watch a channel, although nobody who sleeps there can go on. */
export function announce(draft: Draft, channel: string, why: string): void {
  for (const listener of listeners) listener(draft, channel, why);
}

/** Wakes every shared sleeper of a channel and one exclusive: where the call has no choices, the one that has slept longest (Linux's wake_up). */
export function wakeOne(draft: Draft, channel: string, why: string): void {
  announce(draft, channel, why);
  if (draft.kernel.sleepers.length === 0) return;
  const sleepers = draft.kernel.sleepers.filter((sleeper) => sleeper.channel === channel);
  const exclusive = sleepers.filter((sleeper) => sleeper.exclusive);
  for (const { pid } of sleepers.filter((sleeper) => !sleeper.exclusive)) wake(draft, pid, why);
  const chosen = exclusive[draft.choice] ?? exclusive[0];
  if (!chosen) return;
  const others = exclusive.length - 1;
  const rule = chosen === exclusive[0] ? "has waited longest" : "was chosen";
  wake(draft, chosen.pid, others === 0 ? why : `${why}; ${namePid(chosen.pid)} ${rule}, ${others} still wait`);
}

export function wakeAll(draft: Draft, channel: string, why: string): void {
  announce(draft, channel, why);
  for (const { pid } of draft.kernel.sleepers.filter((sleeper) => sleeper.channel === channel)) {
    wake(draft, pid, why);
  }
}
