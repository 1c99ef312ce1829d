/** The connection to the runner: one WebSocket, opened with the token, opened again with growing pauses when it breaks. */
import * as v from "valibot";
import {
  type FromRunner,
  fromRunnerSchema,
  maxMessageBytes,
  protocolVersion,
  type ToRunner,
} from "../../schema/protocol.ts";

export type Hello = Extract<FromRunner, { type: "hello" }>;
export type RunnerState =
  /** `refused`: a runner answers, and does not admit this page. */
  | { readonly status: "connecting"; readonly attempt: number; readonly refused: boolean }
  | { readonly status: "connected"; readonly hello: Hello };

export interface Runner {
  readonly state: () => RunnerState;
  /** Sends; false where there is no connection now. */
  readonly send: (message: ToRunner) => boolean;
}

/** Pauses before the next try, in milliseconds: doubled each time, between these. */
const firstPauseMs = 500;
const longestPauseMs = 30_000;

export function connectRunner(
  url: string,
  token: string,
  onState: (state: RunnerState) => void,
  onMessage: (message: FromRunner) => void,
): Runner {
  let state: RunnerState = { status: "connecting", attempt: 0, refused: false };
  let socket: WebSocket;
  const change = (next: RunnerState): void => onState((state = next));

  const open = (attempt: number): void => {
    let connected = false;
    socket = new WebSocket(url, [protocolVersion, `token.${token}`]);
    socket.addEventListener("message", ({ data }) => {
      const message = parseMessage(data);
      if (message === null) return socket.close(4000, "not a message of this protocol");
      if (message.type === "hello") {
        connected = true;
        change({ status: "connected", hello: message });
      }
      onMessage(message);
    });
    const retry = (refused: boolean): void => {
      const next = connected ? 0 : attempt + 1;
      change({ status: "connecting", attempt: next, refused });
      setTimeout(() => open(next), Math.min(longestPauseMs, firstPauseMs * 2 ** next));
    };
    socket.addEventListener("close", () => (connected ? retry(false) : void isServed().then(retry)));
  };
  open(0);
  return {
    state: () => state,
    send: (message) => {
      if (state.status !== "connected" || socket.readyState !== WebSocket.OPEN) return false;
      socket.send(JSON.stringify(message));
      return true;
    },
  };
}

/** A WebSocket does not say why it failed: is whoever serves this page still there? */
const isServed = (): Promise<boolean> =>
  fetch(location.pathname, { method: "HEAD", cache: "no-store" }).then(
    () => true,
    () => false,
  );

function parseMessage(data: unknown): FromRunner | null {
  if (typeof data !== "string" || data.length > maxMessageBytes) return null;
  try {
    const parsed = v.safeParse(fromRunnerSchema, JSON.parse(data));
    return parsed.success ? parsed.output : null;
  } catch {
    return null;
  }
}
