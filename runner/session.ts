/** One page: its WebSocket, the runs that it asked for, and their reports. What does not fit the protocol ends the session, with a reason. */
import * as v from "valibot";
import type { WebSocket } from "ws";
import type { Capability } from "../schema/command.ts";
import { toRunnerSchema, type FromRunner } from "../schema/protocol.ts";
import type { Machines } from "./machines.ts";
import { createRuns } from "./runs.ts";

/** Once so much waits for a slow page, its programs wait too. */
const maxWaitingBytes = 1 << 20;
/** A page that leaves more than its programs can still have under way does not read at all. */
const maxUnreadBytes = 8 << 20;
/** WebSocket close codes (RFC 6455, section 7.4.1). */
const unsupportedData = 1003;
const policyViolation = 1008;

export interface SessionOptions {
  readonly machines: Machines;
  readonly kernel: string;
  readonly cpus: number;
  readonly capabilities: readonly Capability[];
}

export function openSession(socket: WebSocket, options: SessionOptions): void {
  const runs = createRuns(options.machines, (box) => send({ type: "reset", box }));
  let paused = false;

  function send(message: FromRunner): void {
    if (socket.readyState !== socket.OPEN) return;
    socket.send(JSON.stringify(message), resumeWhenSent);
    if (socket.bufferedAmount > maxUnreadBytes) return socket.terminate();
    if (paused || socket.bufferedAmount <= maxWaitingBytes) return;
    paused = true;
    runs.pause();
  }

  function resumeWhenSent(): void {
    if (!paused || socket.bufferedAmount > maxWaitingBytes / 2) return;
    paused = false;
    runs.resume();
  }

  socket.on("message", (data, isBinary) => {
    if (isBinary) return socket.close(unsupportedData, "messages are JSON text");
    const message = v.safeParse(toRunnerSchema, parseJson((data as Buffer).toString()));
    if (!message.success) {
      const [issue] = message.issues;
      return socket.close(policyViolation, `malformed message: ${issue.message}`.slice(0, 120));
    }
    switch (message.output.type) {
      case "run":
        return runs.start(message.output.run, message.output.request, send);
      case "stop":
        return runs.stop(message.output.run);
      case "reset":
        return void runs.reset(message.output.box);
    }
  });
  // `ws` closes by itself what is too large (1009) or no UTF-8 (1007).
  socket.on("error", () => socket.terminate());
  socket.on("close", () => void runs.close());
  const { kernel, cpus, capabilities } = options;
  send({ type: "hello", kernel, cpus, capabilities: [...capabilities] });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
