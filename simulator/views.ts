/** What a cell displays of a run: descriptions that the page, the build and the terminal draw. */
import type { Program } from "../schema/call.ts";
import { PAGE_SIZE } from "../schema/constants.ts";
import type { View } from "../schema/view.ts";
import type { Kernel } from "./kernel/kernel.ts";
import { simulate, type Run } from "./simulate.ts";

/** Most events that one view holds. */
const timelineEvents = 20_000;

/** Every process of a run over time. Of a very long run it shows the beginning, and says so. */
export function timeline(run: Run, { title }: { readonly title?: string } = {}): View {
  const { events } = run.trace;
  const cut = events.length > timelineEvents ? `the first ${timelineEvents} of ${events.length} events` : null;
  const heading = [title, cut, describeEnding(run)].filter((part) => part !== null && part !== undefined).join(" · ");
  const trace = cut === null ? run.trace : { ...run.trace, events: events.slice(0, timelineEvents) };
  return { view: "timeline", ...(heading === "" ? {} : { title: heading.slice(0, 200) }), trace };
}

/** How a run ended where it did not end by itself: `deadlock: main waits in read on pipe 1`. */
export function describeEnding({ ending, limit, blocked }: Run): string | null {
  if (ending === "ended") return null;
  if (ending === "limit") return `stopped after ${limit}`;
  return `deadlock: ${blocked.map(({ role, call, on }) => `${role} waits in ${call} on ${on}`).join(", ")}`;
}

/**
 * The buffer of a pipe in the last state of a run, or in any kernel: `main`'s first pipe is 1, others go by name (`pipe 1 of main.2`).
 * A pipe that nobody has open any more is shown as it was last.
 * @throws RangeError: there is no such pipe.
 */
export function showPipe(
  from: Run | Kernel,
  which: number | string = 1,
  { title }: { readonly title?: string } = {},
): Extract<View, { view: "pipe" }> {
  const kernel = "kernel" in from ? from.kernel : from;
  const name = typeof which === "number" ? `pipe ${which}` : which;
  const pipe = kernel.objects.find((object) => object.name === name);
  if (pipe?.kind !== "pipe") throw new RangeError(`showPipe: no ${name} was made`);
  const used = pipe.slots.reduce((sum, { data }) => sum + data.length, 0);
  const slots = Array.from({ length: pipe.capacity }, (_, index) => {
    const slot = pipe.slots[index];
    return { offset: slot?.offset ?? 0, used: slot?.data.length ?? 0, ...(slot?.packet ? { packet: true } : {}) };
  });
  const caption = `${used} bytes in ${pipe.slots.length} of ${pipe.capacity} slots of ${PAGE_SIZE} bytes`;
  return { view: "pipe", title: title ?? name, pageSize: PAGE_SIZE, slots, caption };
}

/** What a portable cell shows on this kernel: exactly what it printed, then how that came about. */
export function presentProgram(program: Program): View[] {
  const run = simulate(program);
  return [{ view: "text", text: run.output.slice(0, 65_536) }, timeline(run)];
}
