/** A TypeScript program on its way to being a module: stripped before the fork, loaded after it. */
import { registerHooks, stripTypeScriptTypes } from "node:module";
import { pathToFileURL } from "node:url";
import type { Program } from "../../schema/call.ts";
import type { RunRequest } from "../../schema/protocol.ts";
import type { Placement } from "./job.ts";

/** JavaScript with every character where it stood in the TypeScript, or what is wrong with it. */
export type Script = { readonly code: string } | { readonly fault: Error };

const packageUrls: Readonly<Record<string, string>> = {
  ring3: new URL("../../schema/call.ts", import.meta.url).href,
  "ring3/posix": new URL("../../native/posix.ts", import.meta.url).href,
  "ring3/simulator": new URL("../../simulator/index.ts", import.meta.url).href,
  "ring3/scheduling": new URL("../../simulator/scheduling/index.ts", import.meta.url).href,
  "ring3/communication": new URL("../../simulator/communication/index.ts", import.meta.url).href,
  "ring3/synchronisation": new URL("../../simulator/synchronisation/index.ts", import.meta.url).href,
  "ring3/memory": new URL("../../simulator/memory/index.ts", import.meta.url).href,
  "ring3/messages": new URL("../../simulator/synchronisation/messages.ts", import.meta.url).href,
  "ring3/deadlock": new URL("../../simulator/deadlock/index.ts", import.meta.url).href,
  "ring3/paging": new URL("../../simulator/memory/paging.ts", import.meta.url).href,
  "ring3/disk": new URL("../../simulator/disk/disk.ts", import.meta.url).href,
  "ring3/assembly": new URL("../../simulator/assembly/index.ts", import.meta.url).href,
};
/** The name under which a portable program's `main` leaves its module. */
const mainExport = "$main";

export function prepareScript(request: RunRequest): Script | null {
  if (request.language !== "ts") return null;
  const source = request.portable ? `${request.source}\nexport { main as ${mainExport} };` : request.source;
  try {
    return { code: stripTypeScriptTypes(source) };
  } catch (fault) {
    return { fault: fault as Error };
  }
}

/** The program that is being loaded: where it seems to stand, and its text. No file is read for it. */
const current = { url: "", code: "" };

/** The address of a program, by which its own relative imports are resolved and its errors found. */
export function addressScript({ folder, name }: Placement): string {
  return pathToFileURL(`${folder}/${name}.ts`).href;
}

/** Teaches Node's loader the names `ring3`, `ring3/posix` and so on, wherever they are imported, and the program without a file. */
export function prepareLoader(): void {
  registerHooks({
    resolve: (specifier, context, next) => {
      const url = specifier === current.url ? specifier : packageUrls[specifier];
      return url === undefined ? next(specifier, context) : { url, shortCircuit: true };
    },
    load: (url, context, next) =>
      url === current.url ? { format: "module", source: current.code, shortCircuit: true } : next(url, context),
  });
}

/** Runs a program as a module, once for each `url`. Resolves when its top level has ended: to its `main`, where it is portable. */
export async function importScript(code: string, url: string): Promise<Program | undefined> {
  Object.assign(current, { url, code });
  const module = (await import(url)) as Record<string, Program | undefined>;
  return module[mainExport];
}
