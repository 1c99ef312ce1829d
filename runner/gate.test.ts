import assert from "node:assert/strict";
import { once } from "node:events";
import net from "node:net";
import { after, before, describe, test } from "node:test";
import { WebSocket } from "ws";
import { maxMessageBytes, protocolVersion } from "../schema/protocol.ts";
import { startServer, type Server } from "./server.ts";
import type { Site, SiteFile } from "./site.ts";

const token = "t0ken_of-the-test";
let server: Server;
let sessions = 0;

before(async () => {
  server = await startServer({
    port: 0,
    token,
    site: createSite({ "/": "home", "/fence/": "fence", "/3-a/b/": "page", "/404.html": "lost" }),
    onSession: (socket) => {
      sessions++;
      socket.on("error", () => {});
      socket.on("message", (data) => socket.send((data as Buffer).toString()));
    },
  });
});
after(() => server.close());

function createSite(pages: Readonly<Record<string, string>>): Site {
  const files = new Map(Object.entries(pages).map(([path, body]) => [path, createPage(body)]));
  return { files, framed: new Set(["/fence/"]), notFound: files.get("/404.html") ?? null };
}
function createPage(body: string): SiteFile {
  const policy = "default-src 'none'";
  return {
    type: "text/html",
    body: Buffer.from(body),
    etag: `"${body}"`,
    policy,
    immutable: false,
    compressed: () => null,
  };
}

/** Sends the bytes of one request; the answer's status, headers and body as they came. */
async function exchange(lines: readonly string[]): Promise<string> {
  const socket = net.connect(server.port, "127.0.0.1");
  socket.end(`${lines.join("\r\n")}\r\n\r\n`);
  let answer = "";
  socket.on("data", (chunk) => {
    answer += String(chunk);
    // A WebSocket that was admitted would stay open.
    if (answer.startsWith("HTTP/1.1 101")) socket.destroy();
  });
  socket.on("error", () => {});
  await once(socket, "close");
  return answer;
}
const statusOf = (answer: string) => Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1] ?? 0);

const H = () => `Host: 127.0.0.1:${server.port}`;
const own = () => `http://127.0.0.1:${server.port}`;
const fetched = (site: string, mode: string, dest: string) => [
  `Sec-Fetch-Site: ${site}`,
  `Sec-Fetch-Mode: ${mode}`,
  `Sec-Fetch-Dest: ${dest}`,
];
const get = (...headers: string[]) => ["GET / HTTP/1.1", ...headers];
const key = ["Connection: Upgrade", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="];
const withToken = (value: string) => `Sec-WebSocket-Protocol: ${protocolVersion}, token.${value}`;
const upgrade = (...headers: string[]) => ["GET /session HTTP/1.1", "Upgrade: websocket", ...key, ...headers];

type Case = readonly [title: string, status: number, request: () => readonly string[]];

const sitePart: readonly Case[] = [
  ["a page with the exact Host", 200, () => get(H())],
  ["a page by the name localhost", 200, () => get(`Host: localhost:${server.port}`)],
  ["a Host in capitals", 200, () => get(`Host: LOCALHOST:${server.port}`)],
  ["HEAD", 200, () => ["HEAD / HTTP/1.1", H()]],
  ["a query", 200, () => ["GET /?x=1 HTTP/1.1", H()]],
  ["a page that is not built", 404, () => ["GET /nothing HTTP/1.1", H()]],
  ["a page without its slash", 301, () => ["GET /3-a/b HTTP/1.1", H()]],
  ["a path that climbs", 404, () => ["GET /../../etc/passwd HTTP/1.1", H()]],
  ["a path that climbs in disguise", 404, () => ["GET /%2e%2e/%2e%2e/etc/passwd HTTP/1.1", H()]],
  ["a path that is not UTF-8", 400, () => ["GET /%ff HTTP/1.1", H()]],
  ["no Host", 421, () => get()],
  ["a rebound name", 421, () => get(`Host: evil.example:${server.port}`)],
  ["a name that begins like ours", 421, () => get(`Host: localhost.evil.example:${server.port}`)],
  ["0.0.0.0", 421, () => get(`Host: 0.0.0.0:${server.port}`)],
  ["127.0.0.1 as one number", 421, () => get(`Host: 2130706433:${server.port}`)],
  ["IPv6, on which nobody listens", 421, () => get(`Host: [::1]:${server.port}`)],
  ["a Host with another port", 421, () => get("Host: 127.0.0.1:80")],
  ["a Host without a port", 421, () => get("Host: 127.0.0.1")],
  ["a second Host", 400, () => get(H(), "Host: evil.example")],
  ["an absolute address", 400, () => [`GET http://evil.example/ HTTP/1.1`, H()]],
  ["an address with two slashes", 400, () => ["GET //evil.example/ HTTP/1.1", H()]],
  ["POST", 405, () => ["POST / HTTP/1.1", H(), "Content-Length: 0"]],
  ["OPTIONS, a preflight", 405, () => ["OPTIONS / HTTP/1.1", H(), `Origin: ${own()}`]],
  ["PUT", 405, () => ["PUT / HTTP/1.1", H(), "Content-Length: 0"]],
  ["GET with a body", 400, () => [...get(H(), "Content-Length: 3"), "", "abc"]],
  ["our own Origin", 200, () => get(H(), `Origin: ${own()}`)],
  ["a foreign Origin", 403, () => get(H(), "Origin: https://evil.example")],
  ["the Origin null of a sandbox", 403, () => get(H(), "Origin: null")],
  ["an Origin on another port", 403, () => get(H(), "Origin: http://127.0.0.1:3000")],
  ["our Origin by https", 403, () => get(H(), `Origin: https://127.0.0.1:${server.port}`)],
  ["our other name as Origin", 403, () => get(H(), `Origin: http://localhost:${server.port}`)],
  ["a second Origin", 400, () => get(H(), `Origin: ${own()}`, "Origin: https://evil.example")],
  ["a script of our own", 200, () => get(H(), ...fetched("same-origin", "no-cors", "script"))],
  ["an address typed by the reader", 200, () => get(H(), ...fetched("none", "navigate", "document"))],
  ["a link from another site", 200, () => get(H(), ...fetched("cross-site", "navigate", "document"))],
  ["a script tag of another site", 403, () => get(H(), ...fetched("cross-site", "no-cors", "script"))],
  ["an image of another site", 403, () => get(H(), ...fetched("cross-site", "no-cors", "image"))],
  ["a fetch from another port, which is same-site", 403, () => get(H(), ...fetched("same-site", "cors", "empty"))],
  ["a frame of another site", 403, () => get(H(), ...fetched("cross-site", "navigate", "iframe"))],
  ["a frame of our own around a page", 403, () => get(H(), ...fetched("same-origin", "navigate", "iframe"))],
  [
    "a frame of our own around the fence",
    200,
    () => ["GET /fence/ HTTP/1.1", H(), ...fetched("same-origin", "navigate", "iframe")],
  ],
  [
    "a frame of another site around the fence",
    403,
    () => ["GET /fence/ HTTP/1.1", H(), ...fetched("cross-site", "navigate", "iframe")],
  ],
  [
    "an object of our own around the fence",
    403,
    () => ["GET /fence/ HTTP/1.1", H(), ...fetched("same-origin", "navigate", "object")],
  ],
  ["a Sec-Fetch-Site that does not exist", 400, () => get(H(), ...fetched("elsewhere", "navigate", "document"))],
  ["a second Sec-Fetch-Site", 400, () => get(H(), "Sec-Fetch-Site: none", "Sec-Fetch-Site: cross-site")],
  ["headers of 20 KB", 431, () => get(H(), `X: ${"a".repeat(20_000)}`)],
];

const socketPart: readonly Case[] = [
  ["our page with the token", 101, () => upgrade(H(), `Origin: ${own()}`, withToken(token))],
  [
    "our page by the name localhost",
    101,
    () => {
      const name = `localhost:${server.port}`;
      return upgrade(`Host: ${name}`, `Origin: http://${name}`, withToken(token));
    },
  ],
  ["no token", 401, () => upgrade(H(), `Origin: ${own()}`, `Sec-WebSocket-Protocol: ${protocolVersion}`)],
  ["no protocol", 400, () => upgrade(H(), `Origin: ${own()}`)],
  ["a wrong token", 401, () => upgrade(H(), `Origin: ${own()}`, withToken("wrong"))],
  ["a token that begins like ours", 401, () => upgrade(H(), `Origin: ${own()}`, withToken(token.slice(0, -1)))],
  ["two tokens, one of them right", 401, () => upgrade(H(), `Origin: ${own()}`, `${withToken(token)}, token.x`)],
  [
    "the token in the address only",
    401,
    () => [
      `GET /session?token=${token} HTTP/1.1`,
      "Upgrade: websocket",
      ...key,
      H(),
      `Origin: ${own()}`,
      `Sec-WebSocket-Protocol: ${protocolVersion}`,
    ],
  ],
  [
    "the token in a cookie only",
    401,
    () => upgrade(H(), `Origin: ${own()}`, `Sec-WebSocket-Protocol: ${protocolVersion}`, `Cookie: token=${token}`),
  ],
  [
    "another version of the protocol",
    400,
    () => upgrade(H(), `Origin: ${own()}`, `Sec-WebSocket-Protocol: ring3.v0, token.${token}`),
  ],
  ["no Origin", 403, () => upgrade(H(), withToken(token))],
  ["a foreign Origin with the token", 403, () => upgrade(H(), "Origin: https://evil.example", withToken(token))],
  ["the Origin null with the token", 403, () => upgrade(H(), "Origin: null", withToken(token))],
  ["an Origin that begins like ours", 403, () => upgrade(H(), `Origin: ${own()}.evil.example`, withToken(token))],
  ["another port as Origin", 403, () => upgrade(H(), "Origin: http://127.0.0.1:3000", withToken(token))],
  [
    "a rebound Host with its own Origin",
    421,
    () => {
      const name = `evil.example:${server.port}`;
      return upgrade(`Host: ${name}`, `Origin: http://${name}`, withToken(token));
    },
  ],
  [
    "Host and Origin of different names",
    403,
    () => upgrade(H(), `Origin: http://localhost:${server.port}`, withToken(token)),
  ],
  ["a second list of protocols", 400, () => upgrade(H(), `Origin: ${own()}`, withToken("wrong"), withToken(token))],
  [
    "a page that says it is cross-site",
    403,
    () => upgrade(H(), `Origin: ${own()}`, withToken(token), "Sec-Fetch-Site: cross-site"),
  ],
  [
    "another upgrade",
    400,
    () => ["GET / HTTP/1.1", "Upgrade: h2c", "Connection: Upgrade", H(), `Origin: ${own()}`, withToken(token)],
  ],
  [
    "POST that asks for an upgrade",
    405,
    () => ["POST / HTTP/1.1", "Upgrade: websocket", ...key, H(), `Origin: ${own()}`, withToken(token)],
  ],
];

describe("the gate answers", () => {
  for (const [title, status, request] of sitePart)
    test(`${title}: ${status}`, async () => assert.equal(statusOf(await exchange(request())), status));
});
describe("the gate answers a WebSocket with", () => {
  for (const [title, status, request] of socketPart)
    test(`${title}: ${status}`, async () => assert.equal(statusOf(await exchange(request())), status));
});

test("no answer, refusal or admission, repeats the token or sets a cookie", async () => {
  for (const [, , request] of [...sitePart, ...socketPart]) {
    const answer = await exchange(request());
    assert.ok(!answer.includes(token) && !/^set-cookie/im.test(answer));
    assert.ok(!/^access-control-/im.test(answer));
  }
});

test("a page carries its policy and may be framed by nobody; the fence by our own pages", async () => {
  const page = await exchange(get(H()));
  assert.match(page, /content-security-policy: default-src 'none'; frame-ancestors 'none'/i);
  for (const header of [
    "x-content-type-options: nosniff",
    "cross-origin-opener-policy: same-origin",
    "referrer-policy: no-referrer",
    "cross-origin-resource-policy: same-origin",
    "x-frame-options: DENY",
  ])
    assert.ok(page.toLowerCase().includes(header.toLowerCase()), header);
  assert.match(await exchange(["GET /fence/ HTTP/1.1", H()]), /frame-ancestors 'self'/);
});

test("an unchanged page is not sent again", async () => {
  assert.equal(statusOf(await exchange(get(H(), 'If-None-Match: "home"'))), 304);
});

test("the runner listens on 127.0.0.1 and nowhere else", async () => {
  const socket = net.connect(server.port, "::1");
  await assert.rejects(once(socket, "connect"), /ECONNREFUSED|EADDRNOTAVAIL|ENETUNREACH/);
});

test("a refused upgrade leaves no connection, even where the client keeps its half open", async () => {
  const socket = net.connect({ port: server.port, host: "127.0.0.1", allowHalfOpen: true });
  socket.write(`GET / HTTP/1.1\r\n${H()}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`);
  await once(socket.resume(), "end");
  // What reaches a socket that nobody holds any more is answered by a reset.
  const knocking = setInterval(() => socket.write("still there?"), 10);
  try {
    const [error] = (await once(socket, "error", { signal: AbortSignal.timeout(2_000) })) as [Error];
    assert.match(error.message, /EPIPE|ECONNRESET/);
  } finally {
    clearInterval(knocking);
    socket.destroy();
  }
});

test("an admitted WebSocket speaks, and one that sends too much is closed", async () => {
  const before = sessions;
  const socket = new WebSocket(`ws://127.0.0.1:${server.port}/session`, [protocolVersion, `token.${token}`], {
    origin: own(),
  });
  await once(socket, "open");
  assert.equal(socket.protocol, protocolVersion);
  socket.send("hello");
  const [data] = (await once(socket, "message")) as [Buffer];
  assert.equal(String(data), "hello");
  assert.equal(sessions, before + 1);
  socket.send("x".repeat(maxMessageBytes + 1));
  const [code] = (await once(socket, "close")) as [number];
  assert.equal(code, 1009);
});
