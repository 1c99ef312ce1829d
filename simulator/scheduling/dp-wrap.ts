/**
 * DP-WRAP (Levin, Funk, Sadowski, Pye and Brandt 2010): from deadline to deadline the shares of all tasks are laid end to end and cut into one piece per CPU
 * (McNaughton's wrap-around rule); every other time the pieces are run backwards, so that who was last goes on.
 */
import type { Pid } from "../kernel/kernel.ts";
import { planned, type PlannedQueue } from "./planned.ts";
import { because, type Policy, type Task, type Tick } from "./policy.ts";
import { cutsOf, nextCut, shareOf, type Cuts } from "./proportion.ts";

interface Piece {
  readonly pid: Pid;
  readonly from: Tick;
  readonly to: Tick;
}

interface Wrap {
  readonly cuts: Cuts;
  readonly start: Tick;
  readonly end: Tick;
  readonly backwards: boolean;
  /** For each CPU; times are absolute. */
  readonly pieces: readonly (readonly Piece[])[];
  /** Whom the pieces know of. */
  readonly known: ReadonlySet<Pid>;
}

/** Lays the shares end to end over CPUs that are each free from `from` to `to`; what is left over beyond the last CPU is lost. */
function wrap(
  shares: readonly (readonly [Pid, Tick])[],
  from: Tick,
  to: Tick,
  cpus: number,
): readonly (readonly Piece[])[] {
  const pieces: Piece[][] = Array.from({ length: cpus }, () => []);
  let cpu = 0;
  let at = from;
  for (const [pid, share] of shares) {
    for (let left = Math.min(share, to - from); left > 0 && cpu < cpus;) {
      const length = Math.min(left, to - at);
      pieces[cpu]?.push({ pid, from: at, to: at + length });
      left -= length;
      at += length;
      if (at < to) continue;
      cpu++;
      at = from;
    }
  }
  return pieces;
}

const mirror = (pieces: readonly (readonly Piece[])[], from: Tick, to: Tick): readonly (readonly Piece[])[] =>
  pieces.map((on) => on.map((piece) => ({ pid: piece.pid, from: from + to - piece.to, to: from + to - piece.from })));

/**
 * Meets all deadlines of periodic tasks that fit on the CPUs, where each deadline is the period and all are released together first. Admitting a task without a deadline or a known length
 * throws a WorkloadError.
 */
export const dpWrap = ({ cpus }: { readonly cpus: number }): Policy<PlannedQueue<Wrap>> =>
  planned<Wrap>(cpus, {
    name: "DP-WRAP",
    memory: { cuts: new Map(), start: -1, end: 0, backwards: true, pieces: [], known: new Set() },
    plan(memory, situation) {
      const { now, active, running } = situation;
      const fresh = now >= memory.end || active.some(({ pid }) => !memory.known.has(pid));
      const next = fresh ? cut() : memory;
      const find = (on: readonly Piece[]): Task | null => {
        const piece = on.find(({ from, to }) => from <= now && now < to);
        return active.find(({ pid }) => pid === piece?.pid) ?? null;
      };
      const bounds = next.pieces.flat().flatMap(({ from, to }) => [from, to]);
      return {
        run: running.map((_, cpu) => find(next.pieces[cpu] ?? [])),
        until: Math.min(next.end, ...bounds.filter((at) => at > now)),
        why: (task) => because`${task.name} has its share of the time up to ${next.end}, the next deadline`,
        memory: next,
      };

      function cut(): Wrap {
        const cuts = cutsOf(memory.cuts, "dpWrap", situation);
        const end = nextCut(cuts, now);
        const shares = active.map((task) => [task.pid, shareOf("dpWrap", task, end)] as const);
        const backwards = memory.start === now ? memory.backwards : !memory.backwards;
        const forwards = wrap(shares, now, end, cpus);
        const pieces = backwards ? mirror(forwards, now, end) : forwards;
        return { cuts, start: now, end, backwards, pieces, known: new Set(active.map(({ pid }) => pid)) };
      }
    },
  });
