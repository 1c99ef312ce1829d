/** Bundles what runs behind the fence: the frame's script, the Worker, and the modules that cells may import, each as one text. */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";
import { policeFence } from "../policy.ts";

/** Files of the built site by path, and the policy of the fence's page. */
export interface FenceBundle {
  readonly page: { readonly path: string; readonly html: string; readonly csp: string };
  readonly worker: BuiltFile;
  readonly modules: BuiltFile;
}
export interface BuiltFile {
  /** Relative to the site's base. */
  readonly path: string;
  readonly text: string;
}

const folder = fileURLToPath(new URL(".", import.meta.url));

export async function bundleFence(): Promise<FenceBundle> {
  const [frame, worker, modules] = await Promise.all([
    bundle("frame", "iife"),
    bundle("worker", "iife"),
    bundle("modules", "es"),
  ]);
  const escaped = frame.trim().replaceAll("</", "<\\/");
  const html = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>The fence</title></head><body><script>${escaped}</script></body></html>\n`;
  return {
    page: { path: "fence.html", ...policeFence(html) },
    worker: nameByContent("worker", worker, "js"),
    modules: nameByContent("modules", modules, "js"),
  };
}

/** A file that may be cached for ever, since its name changes with its content. */
export function nameByContent(name: string, text: string, extension: string): BuiltFile {
  const hash = createHash("sha256").update(text).digest("hex").slice(0, 10);
  return { path: `_astro/${name}.${hash}.${extension}`, text };
}

async function bundle(name: string, format: "es" | "iife"): Promise<string> {
  const built = await build({
    configFile: false,
    logLevel: "warn",
    publicDir: false,
    build: {
      write: false,
      target: "es2023",
      modulePreload: false,
      lib: { entry: join(folder, `${name}.ts`), formats: [format], name: "ring3", fileName: name },
    },
  });
  const [output] = [built].flat();
  if (output === undefined || !("output" in output)) throw new Error(`the bundler gave nothing for ${name}`);
  return output.output[0].code;
}
