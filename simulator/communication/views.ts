/** What a cell shows of communication: messages between lifelines, and what each mechanism cost. */
import type { Trace } from "../../schema/trace.ts";
import type { View } from "../../schema/view.ts";
import { countCosts } from "./count-costs.ts";
import { foldMessages } from "./fold-messages.ts";

type Options = { readonly title?: string };
interface Traced {
  readonly trace: Trace;
}

/** As many as one view holds. */
const mostLanes = 30;
const mostMessages = 1_000;

const listRoles = ({ events }: Trace): ReadonlyMap<number, string> =>
  new Map(events.flatMap((event) => (event.kind === "start" ? [[event.pid, event.role]] : [])));

/** The messages of a run; one that nobody received ends in the air, at the lane of its sender. */
export function showSequence({ trace }: Traced, { title }: Options = {}): Extract<View, { view: "sequence" }> {
  const roles = listRoles(trace);
  const lanes = [...roles.values()].slice(0, mostLanes);
  const nameOf = (pid: number) => roles.get(pid) ?? `P${pid}`;
  const messages = foldMessages(trace).map(({ from, to, sent, received, text }) => ({
    from: nameOf(from),
    to: nameOf(to ?? from),
    sent,
    received,
    text,
  }));
  const shown = messages.filter(({ from, to }) => lanes.includes(from) && lanes.includes(to)).slice(0, mostMessages);
  const cut = shown.length < messages.length ? `${shown.length} of ${messages.length} messages` : undefined;
  const heading = [title, cut].filter((part) => part !== undefined).join(" · ");
  return { view: "sequence", ...(heading === "" ? {} : { title: heading.slice(0, 200) }), lanes, messages: shown };
}

/** What each process did with each mechanism, as a table. */
export function showCosts({ trace }: Traced, { title }: Options = {}): Extract<View, { view: "table" }> {
  const roles = listRoles(trace);
  const costs = countCosts(trace).filter(({ mechanism }) => mechanism !== "other");
  return {
    view: "table",
    ...(title === undefined ? {} : { title }),
    columns: ["process", "mechanism", "calls", "mode switches", "copies", "bytes copied"],
    rows: costs
      .slice(0, 2_000)
      .map(({ pid, mechanism, calls, modeSwitches, copies, bytes }) => [
        roles.get(pid) ?? `P${pid}`,
        mechanism,
        calls,
        modeSwitches,
        copies,
        bytes,
      ]),
  };
}
