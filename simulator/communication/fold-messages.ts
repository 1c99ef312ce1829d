/** Who sent what to whom, and when: from the `message` events of sockets and queues, and by counting bytes for pipes and FIFOs. */
import type { Trace, TraceEvent } from "../../schema/trace.ts";

export interface Message {
  readonly from: number;
  /** null: nobody has received it. */
  readonly to: number | null;
  readonly sent: number;
  readonly received: number | null;
  readonly text: string;
  /** What it went through. */
  readonly object: string;
}

type CallEvent = Extract<TraceEvent, { kind: "call" }>;

/** The argument of each call that sends that says what. */
const sentArgument: { readonly [call: string]: number } = {
  write: 1,
  print: 0,
  send: 1,
  sendto: 1,
  sendmsg: 1,
  mq_send: 1,
  mq_timedsend: 1,
  msgsnd: 2,
};
const isStream = (object: string) => /^(pipe|fifo) /.test(object);
const isChannel = (object: string) => /^(pipe|fifo|socket|connection|mq|msg) /.test(object);

/** What is on its way: a message, or the bytes of a write to a pipe. */
interface Sent {
  message: Message;
  left: number;
}

/** In the order in which they were sent; a write to a pipe that several reads take is one message for each. */
export function foldMessages({ events }: Trace): readonly Message[] {
  const inside = new Map<number, CallEvent>();
  const underway = new Map<string, Sent[]>();
  const received: Message[] = [];

  for (const event of events) {
    if (event.kind === "call") enter(event);
    else if (event.kind === "message") receiveMessage(event);
    else if (event.kind === "return" || event.kind === "fail") leave(event);
  }
  const lost = [...underway.values()].flat().map(({ message }) => message);
  return [...received, ...lost].toSorted(
    (a, b) => a.sent - b.sent || (a.received ?? Infinity) - (b.received ?? Infinity),
  );

  function enter(event: CallEvent): void {
    inside.set(event.pid, event);
    const { object, pid, at } = event;
    const text = event.args[sentArgument[event.call] ?? -1];
    if (text === undefined || object === undefined || !isChannel(object)) return;
    const message = { from: pid, to: null, sent: at, received: null, text, object };
    listSent(object).push({ message, left: countBytes(text) });
  }

  /** What failed was not sent; what a pipe took in part counts for that part. */
  function leave(event: Extract<TraceEvent, { kind: "return" | "fail" }>): void {
    const call = inside.get(event.pid);
    inside.delete(event.pid);
    const object = call?.object;
    if (!call || object === undefined || !isChannel(object)) return;
    if (event.kind === "return" && event.call === "read" && isStream(object)) takeBytes(object, event);
    if (event.kind === "fail" && call.call in sentArgument) forget(object, call);
  }

  function forget(object: string, { pid, at }: CallEvent): void {
    const sent = listSent(object);
    const index = sent.findLastIndex(({ message }) => message.from === pid && message.sent === at);
    if (index >= 0) sent.splice(index, 1);
  }

  /** Bytes leave a pipe in the order in which they came. */
  function takeBytes(object: string, { pid, at, bytes = 0 }: Extract<TraceEvent, { kind: "return" }>): void {
    const sent = listSent(object);
    for (let rest = bytes; rest > 0 && sent[0];) {
      const [first] = sent;
      received.push({ ...first.message, to: pid, received: at });
      const taken = Math.min(rest, first.left);
      rest -= taken;
      first.left -= taken;
      if (first.left <= 0) sent.shift();
    }
  }

  /** The message of this text; where a stream was cut up differently, the oldest of that sender. */
  function receiveMessage(event: Extract<TraceEvent, { kind: "message" }>): void {
    const sent = listSent(event.object ?? "");
    const isSame = (one: Sent, text: string | null) =>
      one.message.from === event.from && (text === null || one.message.text === text);
    const whole = sent.findIndex((one) => isSame(one, event.text));
    const index = whole >= 0 ? whole : sent.findIndex((one) => isSame(one, null));
    const found = sent[index];
    const { pid, from, at, text, object = "" } = event;
    received.push({ from, to: pid, sent: found?.message.sent ?? at, received: at, text, object });
    if (!found) return;
    found.left -= countBytes(text);
    if (whole >= 0 || found.left <= 0) sent.splice(index, 1);
  }

  function listSent(object: string): Sent[] {
    const list = underway.get(object) ?? [];
    underway.set(object, list);
    return list;
  }
}

/** How many bytes a description stands for: `(5000 bytes)`, `"hello"`. */
function countBytes(text: string): number {
  const counted = /\((\d+) bytes\)$/.exec(text)?.[1];
  if (counted !== undefined) return Number(counted);
  try {
    return new TextEncoder().encode(JSON.parse(text) as string).length;
  } catch {
    return 0;
  }
}
