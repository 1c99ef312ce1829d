/**
 * PD² (Anderson and Srinivasan 2001): a job is cut into subtasks of one quantum, each with a window in which it must run; at every multiple of the quantum those
 * with the earliest windows' ends run. Ties: a window that overlaps the next one first, then the later end of the cascade of windows that it would push.
 */
import { need } from "./by-key.ts";
import { checkWhole } from "./check.ts";
import { planned, spread, type PlannedQueue } from "./planned.ts";
import { because, type Policy, type Task, type Tick } from "./policy.ts";

interface Window {
  readonly task: Task;
  readonly opens: Tick;
  readonly closes: Tick;
  readonly overlaps: boolean;
  /** Until when a cascade of windows of two quanta goes on; 0 where the task asks for less than half a CPU. */
  readonly cascade: Tick;
}

/** The window of the subtask that a job runs next. */
function windowOf(task: Task, quantum: Tick): Window {
  const span = need("pd2", task, "relativeDeadline");
  const cost = need("pd2", task, "burst");
  const quanta = Math.ceil(cost / quantum);
  const done = Math.floor((cost - (task.remaining ?? 0)) / quantum);
  const opens = Math.floor((done * span) / (quanta * quantum));
  const closes = Math.ceil(((done + 1) * span) / (quanta * quantum));
  const spare = span - quanta * quantum;
  const heavy = 2 * quanta * quantum >= span;
  const cascade = !heavy ? 0 : spare <= 0 ? Infinity : Math.ceil((Math.ceil((closes * spare) / span) * span) / spare);
  return {
    task,
    opens: task.ready + opens * quantum,
    closes: task.ready + closes * quantum,
    overlaps: ((done + 1) * span) % (quanta * quantum) !== 0,
    cascade: task.ready + cascade * quantum,
  };
}

/**
 * Meets all deadlines of periodic tasks that fit on the CPUs once their costs are rounded up to whole quanta.
 * @throws WorkloadError: the quantum is not a whole number of ticks, at least 1.
 */
export function pd2({
  cpus,
  quantum = 1,
}: {
  readonly cpus: number;
  readonly quantum?: Tick;
}): Policy<PlannedQueue<null>> {
  checkWhole("pd2", "quantum", quantum, 1);
  return planned(cpus, {
    name: "PD²",
    memory: null,
    plan(memory, situation) {
      const { now, active, running } = situation;
      const until = (Math.floor(now / quantum) + 1) * quantum;
      const why = (task: Task) =>
        because`the window of ${task.name} closes at ${windowOf(task, quantum).closes}, among the ${cpus} earliest`;
      if (now % quantum !== 0) return { run: running, until, why, memory };
      const chosen = active
        .map((task) => windowOf(task, quantum))
        .filter(({ opens }) => opens <= now)
        .toSorted(
          (a, b) =>
            a.closes - b.closes ||
            Number(b.overlaps) - Number(a.overlaps) ||
            (b.cascade === a.cascade ? 0 : b.cascade - a.cascade) ||
            a.task.pid - b.task.pid,
        )
        .slice(0, cpus)
        .map(({ task }) => task);
      return { run: spread(chosen, situation), until: active.length === 0 ? Infinity : until, why, memory };
    },
  });
}
