/** The two ways in which a reader meets the course: served by a real runner, and as static files. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { createInterface } from "node:readline";

const root = path.resolve(import.meta.dirname, "..", "..");

export interface Served {
  /** The origin, without a path. */
  readonly origin: string;
  /** What the runner prints: the address with the token; the origin for static files. */
  readonly url: string;
  readonly stop: () => Promise<void>;
}

/** Starts `ring3 serve`; `port` 0: on a free one. */
export async function startRunner(env: NodeJS.ProcessEnv = {}, port = 0): Promise<Served> {
  const runner = spawn(process.execPath, ["runner/ring3.mjs", "serve", "--port", String(port), "--no-open"], {
    cwd: root,
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, ...env },
  });
  const url = await readUrl(runner.stdout);
  return {
    origin: new URL(url).origin,
    url,
    stop: async () => {
      runner.kill("SIGTERM");
      await once(runner, "exit");
    },
  };
}

async function readUrl(output: NodeJS.ReadableStream): Promise<string> {
  for await (const line of createInterface({ input: output })) {
    const url = /http:\/\/127\.0\.0\.1:\d+\/#\S+/.exec(line)?.[0];
    if (url !== undefined) return url;
  }
  throw new Error("the runner ended before it printed its address");
}

const types: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".json": "application/json",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
};

/** Serves the built site as any static host would: no header of ours. */
export async function serveStatic(): Promise<Served> {
  const server = createServer((request, response) => {
    const name = decodeURIComponent(new URL(request.url ?? "/", "http://localhost").pathname);
    const file = path.join(root, "dist", path.normalize(name), name.endsWith("/") ? "index.html" : "");
    readFile(file).then(
      (body) =>
        response.writeHead(200, { "content-type": types[path.extname(file)] ?? "application/octet-stream" }).end(body),
      () => response.writeHead(404).end(),
    );
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no address");
  const origin = `http://127.0.0.1:${address.port}`;
  return {
    origin,
    url: origin,
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
