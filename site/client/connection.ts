/** The one connection of this page to the runner, where there is a token for one. */
import type { FromRunner } from "../../schema/protocol.ts";
import type { Runner, RunnerState } from "./runner.ts";

let runner: Runner | null = null;

export const currentRunner = (): Runner | null => runner;

/** Connects with `token`, once; reports the state that it begins with, and every later one. */
export async function connectOnce(
  token: string,
  onState: (state: RunnerState) => void,
  onMessage: (message: FromRunner) => void,
): Promise<void> {
  const { connectRunner } = await import("./runner.ts");
  if (runner !== null) return;
  const url = `${location.protocol.replace("http", "ws")}//${location.host}/ws`;
  runner = connectRunner(url, token, onState, onMessage);
  onState(runner.state());
}
