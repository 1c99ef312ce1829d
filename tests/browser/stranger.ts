/** Another origin, without any fence of ours: it answers whatever is asked, and counts who came. */
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import path from "node:path";
import { WebSocketServer } from "ws";

export interface Stranger {
  readonly origin: string;
  /** Paths that were asked for. */
  readonly asked: readonly string[];
  /** UDP packets that arrived: WebTransport goes past every proxy. */
  readonly packets: () => number;
  readonly stop: () => Promise<void>;
}

export const doors = readFileSync(path.join(import.meta.dirname, "doors.js"), "utf8");

const page = "text/html";
const script = "text/javascript";
const files: Readonly<Record<string, readonly [type: string, body: string]>> = {
  "/": [page, "<!doctype html><title>A stranger</title>"],
  "/doors.js": [script, doors],
  "/script.js": [script, "if (globalThis.name === 'inner') postMessage('here');"],
  "/events": ["text/event-stream", "data: here\n\n"],
  // What the doors look for where nothing is shut: somebody who answers on the channel.
  "/unfenced/": [
    page,
    `<!doctype html><title>No fence</title><script src="/doors.js"></script><script>
      const channel = new BroadcastChannel("ring3:tabs");
      channel.onmessage = ({ data }) => data === "ask" && channel.postMessage({ token: "here" });
    </script>`,
  ],
};

/** `pages`: more pages, by path. */
export async function startStranger(pages: Readonly<Record<string, string>> = {}): Promise<Stranger> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const name = request.url?.replace(/\?.*/, "") ?? "/";
    asked.push(name);
    const html = pages[name];
    const [type, body] = html === undefined ? (files[name] ?? [page, ""]) : [page, html];
    response.writeHead(200, { "content-type": type, "access-control-allow-origin": "*" }).end(body);
  });
  const sockets = new WebSocketServer({ server });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no address");
  let packets = 0;
  const datagrams = createSocket("udp4", () => packets++).bind(address.port, "127.0.0.1");
  await once(datagrams, "listening");
  return {
    origin: `http://127.0.0.1:${address.port}`,
    asked,
    packets: () => packets,
    stop: async () => {
      datagrams.close();
      for (const client of sockets.clients) client.terminate();
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
