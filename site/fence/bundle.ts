/** Bundles what runs behind the fence: the frame's script, the Worker, and the modules that cells import, each as one text. */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, type Plugin } from "vite";
import { locateModules } from "../../notebook/locate.ts";
import type { Imports } from "../../notebook/imports.ts";
import { simModules } from "../../notebook/names.ts";
import { policeFence } from "../policy.ts";

/** Files of the built site by path, and the policy of the fence's page. */
export interface FenceBundle {
  readonly page: { readonly path: string; readonly html: string; readonly csp: string };
  readonly worker: BuiltFile;
}
export interface BuiltFile {
  /** Relative to the site's base. */
  readonly path: string;
  readonly text: string;
}

const folder = fileURLToPath(new URL(".", import.meta.url));
const located: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(locateModules(simModules)).map(([name, url]) => [name, fileURLToPath(url)]),
);

export async function bundleFence(): Promise<FenceBundle> {
  const [frame, worker] = await Promise.all([bundle("frame", "iife"), bundle("worker", "iife")]);
  const escaped = frame.trim().replaceAll("</", "<\\/");
  const html = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>The fence</title></head><body><script>${escaped}</script></body></html>\n`;
  return {
    page: { path: "fence.html", ...policeFence(html) },
    worker: nameByContent("worker", worker, "js"),
  };
}

const entry = "\0modules";

/**
 * What simulated cells import, as one module that exports `modules`, the namespaces by name: its parts share one `Call` and one kernel.
 * A page fetches what its own cells import, not all that there is.
 */
export async function bundleModules(wanted: Imports): Promise<BuiltFile> {
  const imports: string[] = [];
  const entries: string[] = [];
  for (const [index, [module, names]] of [...wanted].entries()) {
    const from = JSON.stringify(located[module]);
    const all = names.has("*");
    const list = [...names].map((name) => `${name} as m${index}_${name}`);
    imports.push(all ? `import * as m${index} from ${from};` : `import { ${list.join(", ")} } from ${from};`);
    const members = [...names].map((name) => `${name}: m${index}_${name}`);
    entries.push(`${JSON.stringify(module)}: ${all ? `m${index}` : `{ ${members.join(", ")} }`}`);
  }
  const text = await bundle("modules", "es", {
    name: "modules",
    // The bundler looks for an entry in its own folder first.
    resolveId: (id) => (id.endsWith(entry) ? entry : null),
    load: (id) => (id === entry ? `${imports.join("")} export const modules = { ${entries.join(", ")} };` : null),
  });
  return nameByContent("modules", text, "js");
}

/** A file that may be cached for ever, since its name changes with its content. */
export function nameByContent(name: string, text: string, extension: string): BuiltFile {
  const hash = createHash("sha256").update(text).digest("hex").slice(0, 10);
  return { path: `_astro/${name}.${hash}.${extension}`, text };
}

async function bundle(name: string, format: "es" | "iife", virtual?: Plugin): Promise<string> {
  const built = await build({
    configFile: false,
    logLevel: "warn",
    publicDir: false,
    ...(virtual ? { plugins: [virtual] } : {}),
    build: {
      write: false,
      target: "es2023",
      modulePreload: false,
      // In the form of a library the bundler would leave blanks and line ends in.
      minify: false,
      rolldownOptions: {
        output: { minify: true },
        // A module of which nothing is used has nothing to do either: mechanisms are loaded by what exports their calls.
        treeshake: { moduleSideEffects: false },
      },
      lib: { entry: virtual ? entry : join(folder, `${name}.ts`), formats: [format], name: "ring3", fileName: name },
    },
  });
  const [output] = [built].flat();
  if (output === undefined || !("output" in output)) throw new Error(`the bundler gave nothing for ${name}`);
  return output.output[0].code;
}
