/** Tanenbaum's sleep and wakeup: a wakeup for a process that is not asleep yet is lost, unless a bit keeps it (MOS 2.3.4). */
import { findProcess, namePid, type Kernel, type Pid } from "../kernel/kernel.ts";
import type { Mechanism } from "../kernel/mechanism.ts";
import { fail, reads, succeed, touchesNothing, writes, type CallModel } from "../kernel/model.ts";
import { boolean, integer } from "../kernel/parameters.ts";
import type { Nap } from "./objects.ts";
import { resumable } from "./resumable.ts";
import { findShared, hasEnded, nameObject, putShared, wakeSleeper } from "./shared.ts";

const getNap = (kernel: Kernel, pid: Pid): Nap =>
  findShared(kernel, "nap", `of ${namePid(pid)}`) ?? {
    kind: "nap",
    name: `of ${namePid(pid)}`,
    asleep: false,
    wakeupWaiting: false,
  };

export const sleep = resumable<"sleep">({
  touches(kernel, { pid, inside }) {
    const nap = getNap(kernel, pid);
    return [(inside?.progress ? reads : writes)(nameObject(nap))];
  },
  blocks(kernel, { pid, inside }) {
    const nap = getNap(kernel, pid);
    if (!inside?.progress || !nap.asleep) return null;
    return { on: "a wakeup", why: "nobody has woken it up since it went to sleep", channels: [], exclusive: false };
  },
  perform(draft, { pid, inside }) {
    const nap = getNap(draft.kernel, pid);
    if (inside?.progress) return succeed(undefined);
    putShared(draft, { ...nap, asleep: !nap.wakeupWaiting, wakeupWaiting: false });
    return nap.wakeupWaiting ? succeed(undefined) : { kind: "continue", progress: 1 };
  },
});

export const wakeup: CallModel<"wakeup"> = {
  touches: (kernel, _process, pid) =>
    findProcess(kernel, pid) ? [writes(nameObject(getNap(kernel, pid)))] : touchesNothing(),
  perform(draft, process, pid, keep) {
    if (hasEnded(draft.kernel, pid)) return fail("ESRCH");
    const nap = getNap(draft.kernel, pid);
    if (nap.asleep) {
      putShared(draft, { ...nap, asleep: false });
      wakeSleeper(draft, pid, `${namePid(process.pid)} has woken it up`);
    } else if (keep) putShared(draft, { ...nap, wakeupWaiting: true });
    return succeed(undefined);
  },
};

/** Sleep and wakeup, as the kernel loads them. */
export const naps: Mechanism = {
  calls: { sleep, wakeup },
  parameters: {
    sleep: [],
    wakeup: [
      ["pid", integer],
      ["keep", boolean],
    ],
  },
};
