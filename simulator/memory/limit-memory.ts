/** How much memory the machine has: a knob of ours, not a system call. */
import { fail, succeed, type CallModel } from "../kernel/model.ts";
import { getPhysical, PHYSICAL, touchesPhysical, updatePhysical } from "./frames.ts";
import { DEFAULT_FRAMES } from "./limits.ts";

export const limit_memory: CallModel<"limit_memory"> = {
  touches: touchesPhysical,
  perform(draft, _process, capacity, policy) {
    if (capacity < 1 || capacity > DEFAULT_FRAMES) return fail("EINVAL");
    const { frames } = getPhysical(draft.kernel);
    if (frames.slice(capacity).some((frame) => frame !== null)) return fail("EBUSY");
    updatePhysical(draft, { capacity, policy, frames: frames.slice(0, capacity), hand: 0 });
    return succeed(undefined);
  },
  object: () => PHYSICAL,
};
