/** A wiretap on the browser: a proxy that all its traffic passes through, whoever in the browser sends it: page, frame or Worker. */
import { createServer, request as forward, type IncomingMessage, type ServerResponse } from "node:http";
import { once } from "node:events";
import { connect } from "node:net";
import type { Duplex } from "node:stream";
import { test as base } from "./reader.ts";

/** One request as the browser sent it. */
export interface Sighting {
  /** `http://127.0.0.1:7433/path`, or `ws://…` for what asked for an upgrade. */
  readonly url: string;
  /** The origin that the browser says it comes from; `null` (as text) for an opaque one. */
  readonly origin: string | undefined;
  readonly headers: string;
}

export interface Wiretap {
  readonly server: string;
  readonly seen: readonly Sighting[];
  /** Breaks every connection that is open, and refuses new ones until `mend`. */
  readonly cut: () => void;
  readonly mend: () => void;
  readonly stop: () => Promise<void>;
}

/** Every name leads to this machine, as for one who rebinds names: only the port of the address counts. */
const loopback = "127.0.0.1";

export async function startWiretap(): Promise<Wiretap> {
  const seen: Sighting[] = [];
  const tunnels = new Set<Duplex>();
  let down = false;

  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    if (down) return response.destroy();
    const url = new URL(request.url ?? "/", `http://${request.headers.host}`);
    seen.push({ url: url.href, origin: request.headers.origin, headers: request.rawHeaders.join("\n") });
    const { method, rawHeaders } = request;
    const onward = forward({ host: loopback, port: url.port, path: url.pathname + url.search, method, headers: rawHeaders, setHost: false }); // prettier-ignore
    onward.on("response", (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
      answer.pipe(response);
    });
    onward.on("error", () => response.destroy());
    request.pipe(onward);
  });

  // A WebSocket goes through a tunnel; its first words are a request like any other.
  server.on("connect", (request: IncomingMessage, client: Duplex, head: Buffer) => {
    const port = Number(request.url?.split(":").at(-1));
    if (down) return client.destroy();
    const onward = connect(port, loopback, () => client.write("HTTP/1.1 200 Connected\r\n\r\n"));
    for (const end of [client, onward]) {
      tunnels.add(end);
      end.on("error", () => end.destroy());
      end.on("close", () => {
        tunnels.delete(end);
        client.destroy();
        onward.destroy();
      });
    }
    client.once("data", (chunk: Buffer) => seen.push(readUpgrade(chunk.toString("latin1"), request.url ?? "")));
    if (head.length > 0) onward.write(head);
    client.pipe(onward).pipe(client);
  });

  server.listen(0, loopback);
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no address");
  const cut = (): void => {
    down = true;
    for (const end of tunnels) end.destroy();
  };
  return {
    server: `http://${loopback}:${address.port}`,
    seen,
    cut,
    mend: () => {
      down = false;
    },
    stop: async () => {
      cut();
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

function readUpgrade(text: string, host: string): Sighting {
  const [first = "", ...headers] = text.split("\r\n");
  const origin = headers.find((header) => /^origin:/i.test(header))?.replace(/^origin:\s*/i, "");
  return { url: `ws://${host}${first.split(" ")[1] ?? "?"}`, origin, headers: headers.join("\n") };
}

/** Pages of these tests are tapped. */
export const test = base.extend<{ readonly wiretap: Wiretap }>({
  // oxlint-disable-next-line no-empty-pattern
  wiretap: async ({}, use) => {
    const wiretap = await startWiretap();
    await use(wiretap);
    await wiretap.stop();
  },
  proxy: async ({ wiretap }, use) => use({ server: wiretap.server }),
});
