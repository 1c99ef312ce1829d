/** The local server: the built site and the one WebSocket, both behind the gate, on loopback only. */
import { once } from "node:events";
import { createServer, STATUS_CODES, type IncomingMessage, type ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocketServer, type WebSocket } from "ws";
import { maxMessageBytes, protocolVersion } from "../schema/protocol.ts";
import { decideRequest, type GateRules } from "./gate.ts";
import type { Site, SiteFile } from "./site.ts";

/** Pages that may hold a session at once; a reader has a handful of tabs. */
export const maxSessions = 64;
const maxConnections = 512;
const maxHeaderBytes = 16_384;
const requestTimeoutMs = 10_000;

export interface ServerOptions {
  /** 0: any free port. */
  readonly port: number;
  readonly token: string;
  readonly site: Site;
  /** A page was admitted. */
  readonly onSession: (socket: WebSocket) => void;
}

export interface Server {
  readonly port: number;
  /** Ends every connection. */
  close(): Promise<void>;
}

/** Listens on 127.0.0.1 and nowhere else. Rejects with EADDRINUSE where the port is taken. */
export async function startServer(options: ServerOptions): Promise<Server> {
  let rules: GateRules = { port: options.port, token: options.token, framed: options.site.framed };
  const server = createServer({
    maxHeaderSize: maxHeaderBytes,
    requestTimeout: requestTimeoutMs,
    headersTimeout: requestTimeoutMs,
    keepAliveTimeout: requestTimeoutMs,
    // The gate answers these itself.
    requireHostHeader: false,
  });
  server.maxConnections = maxConnections;
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: maxMessageBytes,
    perMessageDeflate: false,
    handleProtocols: () => protocolVersion,
  });
  server.on("request", (request, response) => answer(request, response, rules, options.site));
  server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on("error", () => socket.destroy());
    const verdict = decideRequest(request, true, rules);
    if (verdict.admitted === null) return refuseUpgrade(socket, verdict.status, verdict.reason);
    if (sockets.clients.size >= maxSessions)
      return refuseUpgrade(socket, 503, `this runner serves ${maxSessions} pages at once: close one`);
    sockets.handleUpgrade(request, socket, head, options.onSession);
  });
  server.listen(options.port, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no address");
  rules = { ...rules, port: address.port };
  return {
    port: address.port,
    close: async () => {
      for (const client of sockets.clients) client.close(1001, "the runner ends");
      server.close();
      // Give the close frames the time of one turn, then insist.
      setTimeout(() => {
        for (const client of sockets.clients) client.terminate();
        server.closeAllConnections();
      }, 100).unref();
      await once(server, "close");
    },
  };
}

function answer(request: IncomingMessage, response: ServerResponse, rules: GateRules, site: Site): void {
  response.setHeader("x-content-type-options", "nosniff");
  response.setHeader("referrer-policy", "no-referrer");
  response.setHeader("cross-origin-opener-policy", "same-origin");
  response.setHeader("cross-origin-resource-policy", "same-origin");
  const verdict = decideRequest(request, false, rules);
  if (verdict.admitted === null) return answerText(response, verdict.status, verdict.reason);
  const name = readPath(request.url ?? "/");
  if (name === null) return answerText(response, 400, "the path is not UTF-8");
  const file = site.files.get(name);
  if (file !== undefined) return answerFile(request, response, 200, file, rules.framed.has(name));
  if (site.files.has(`${name}/`)) {
    response.setHeader("location", `${encodeURI(name)}/`);
    return answerText(response, 301, "the page is there, with a slash at its end");
  }
  if (site.notFound !== null) return answerFile(request, response, 404, site.notFound, false);
  answerText(response, 404, "there is no such page");
}

function answerFile(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  file: SiteFile,
  framed: boolean,
) {
  if (file.policy !== null) {
    const ancestors = framed ? "'self'" : "'none'";
    const policy = file.policy.replace(/;?\s*frame-ancestors[^;]*/, "");
    response.setHeader("content-security-policy", `${policy}; frame-ancestors ${ancestors}`);
    response.setHeader("x-frame-options", framed ? "SAMEORIGIN" : "DENY");
  }
  response.setHeader("etag", file.etag);
  response.setHeader("vary", "Accept-Encoding");
  response.setHeader("cache-control", file.immutable ? "private, max-age=31536000, immutable" : "no-cache");
  if (status === 200 && request.headers["if-none-match"] === file.etag) {
    response.writeHead(304).end();
    return;
  }
  const compressed = /\bgzip\b/.test(request.headers["accept-encoding"] ?? "") ? file.compressed() : null;
  if (compressed !== null) response.setHeader("content-encoding", "gzip");
  const body = compressed ?? file.body;
  response.writeHead(status, { "content-type": file.type, "content-length": body.length });
  response.end(request.method === "HEAD" ? undefined : body);
}

/** A short answer of our own; a refused client has no business on this connection any more. */
function answerText(response: ServerResponse, status: number, text: string): void {
  const body = `${text}\n`;
  response.setHeader("content-security-policy", "default-src 'none'; frame-ancestors 'none'");
  response.writeHead(status, {
    "content-type": "text/plain; charset=utf-8",
    "content-length": Buffer.byteLength(body),
    connection: "close",
  });
  response.end(body);
}

function refuseUpgrade(socket: Duplex, status: number, reason: string): void {
  const body = `${reason}\n`;
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}\r\nConnection: close\r\nContent-Type: text/plain; charset=utf-8\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    // The server's time limits end with its upgrade: a client that keeps its half open would keep it for ever.
    () => socket.destroy(),
  );
}

/** The path of a request without its query, decoded; null where it is not UTF-8. */
function readPath(url: string): string | null {
  try {
    return decodeURIComponent(url.replace(/[?#].*/s, ""));
  } catch {
    return null;
  }
}
