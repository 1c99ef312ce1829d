/** Everything that a run needs and that is slow the first time happens here, before the first fork. */
import { _exit, fork, waitpid } from "../../native/posix.ts";
import { startAsC } from "../../native/start.ts";
import { describeError } from "./errors.ts";
import { importScript, prepareLoader, prepareScript } from "./script.ts";

const sample = `
import { getpid } from "ring3/posix";
interface Pair { readonly a: number; readonly b: string }
const pair: Pair = { a: getpid(), b: await Promise.resolve("b") };
export const seen = [pair, new TextDecoder().decode(new Uint8Array(1))];
`;
const rounds = 10;

export async function warmUp(): Promise<void> {
  process.removeAllListeners("warning");
  prepareLoader();
  // From here on the console is the one that runs have; the zygote's own output goes to /dev/null.
  startAsC();
  for (let round = 0; round < rounds; round++) {
    const script = prepareScript({
      language: "ts",
      source: sample,
      portable: false,
      box: null,
      files: [],
      with: {},
      args: [],
      timeoutMs: 1,
      trace: false,
    });
    if (script === null || "fault" in script) throw new Error("the warm-up program does not compile");
    console.log("warm", round, await importScript(script.code, `file:///warm/${round}.ts`));
    describeError(new Error("warm"), sample, "file:///warm/0.ts");
  }
  // The first fork is the slowest: the kernel copies page tables that have been shared since, and the addon looks at its mappings.
  const child = fork();
  if (child === 0) _exit(0);
  waitpid(child);
}
