/** CPU time: using it, giving it up, sleeping it away, and who gets how much (sched(7), nanosleep(2), nice(2)). */
import { PRIO_PROCESS } from "../../schema/calls/process-constants.ts";
import {
  commonOf,
  findProcess,
  getGroup,
  updateCommon,
  updateThread,
  type Kernel,
  type Pid,
  type Process,
} from "./kernel.ts";
import { MAX_CPUS } from "./limits.ts";
import type { Mechanism, Parameter } from "./mechanism.ts";
import { fail, succeed, touchesNothing, writes, type CallModel } from "./model.ts";
import { integer, list, size } from "./parameters.ts";

const nanosleep: CallModel<"nanosleep"> = {
  touches: touchesNothing,
  blocks(_kernel, _process, seconds, nanoseconds) {
    const timeoutMs = seconds * 1_000 + Math.ceil(nanoseconds / 1e6);
    if (timeoutMs === 0 || !isTime(seconds, nanoseconds)) return null;
    return { on: "time", why: `it sleeps for ${timeoutMs} ms`, channels: [], exclusive: false, timeoutMs };
  },
  restarts: "never",
  perform: (_draft, _process, seconds, nanoseconds) =>
    isTime(seconds, nanoseconds) ? succeed(undefined) : fail("EINVAL"),
};

const isTime = (seconds: number, nanoseconds: number) => seconds >= 0 && nanoseconds >= 0 && nanoseconds < 1e9;

/** A clock that has a queue puts the caller at its end: it sees the call. */
const sched_yield: CallModel<"sched_yield"> = { touches: touchesNothing, perform: () => succeed(undefined) };

/** One tick in each step. */
const compute: CallModel<"compute"> = {
  touches: touchesNothing,
  computes: true,
  perform(_draft, { inside }, ticks) {
    const done = (inside?.progress ?? 0) + 1;
    return done < ticks ? { kind: "continue", progress: done, pause: true } : succeed(undefined);
  },
};

/** The process that `who` means: 0 the caller's own. */
const findMeant = (kernel: Kernel, process: Process, who: Pid): Process | undefined => {
  const found = who === 0 ? process : findProcess(kernel, who);
  return found && getGroup(kernel, found);
};

const clampNice = (value: number): number => Math.max(-20, Math.min(19, value));

const nice: CallModel<"nice"> = {
  touches: (_kernel, { group }) => [writes(`nice of ${group}`)],
  perform(draft, process, increment) {
    const value = clampNice(commonOf(draft.kernel, process).nice + increment);
    updateCommon(draft, process.group, { nice: value });
    return succeed(value);
  },
};

const getpriority: CallModel<"getpriority"> = {
  touches: (_kernel, { group }, _which, who) => [writes(`nice of ${who === 0 ? group : who}`)],
  perform(draft, process, which, who) {
    if (which !== PRIO_PROCESS) return fail("EINVAL");
    const found = findMeant(draft.kernel, process, who);
    return found ? succeed(found.common.nice) : fail("ESRCH");
  },
};

const setpriority: CallModel<"setpriority"> = {
  touches: (kernel, process, which, who) => getpriority.touches(kernel, process, which, who),
  perform(draft, process, which, who, value) {
    if (which !== PRIO_PROCESS) return fail("EINVAL");
    const found = findMeant(draft.kernel, process, who);
    if (!found) return fail("ESRCH");
    updateCommon(draft, found.pid, { nice: clampNice(value) });
    return succeed(undefined);
  },
};

const sched_setaffinity: CallModel<"sched_setaffinity"> = {
  touches: (_kernel, { pid }, who) => [writes(`process ${who === 0 ? pid : who}`)],
  perform(draft, { pid }, who, cpus) {
    const found = findProcess(draft.kernel, who === 0 ? pid : who);
    const affinity = cpus.filter((cpu) => cpu >= 0 && cpu < MAX_CPUS);
    if (!found) return fail("ESRCH");
    if (affinity.length === 0) return fail("EINVAL");
    updateThread(draft, found.pid, { affinity });
    return succeed(undefined);
  },
};

const who: readonly Parameter[] = [["which", integer], ["who", integer]]; // prettier-ignore

export const cpuTime: Mechanism = {
  calls: { nanosleep, sched_yield, compute, nice, getpriority, setpriority, sched_setaffinity },
  parameters: {
    nanosleep: [
      ["seconds", integer],
      ["nanoseconds", integer],
    ],
    sched_yield: [],
    compute: [["ticks", size]],
    nice: [["increment", integer]],
    getpriority: who,
    setpriority: [...who, ["nice", integer]],
    sched_setaffinity: [
      ["pid", integer],
      ["cpus", list(integer, "a list of CPUs")],
    ],
  },
};
