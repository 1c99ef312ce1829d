/**
 * The one gate: decides every HTTP request and every WebSocket upgrade before anything else looks at it. Two classes of request are
 * admitted, nothing else exists:
 *
 * - `site`: GET and HEAD of built files. From another site only as a top-level navigation, so that a link works and an embed does not.
 * - `runner`: the WebSocket, which runs programs. Exact Host, exact Origin, and the token in `Sec-WebSocket-Protocol`.
 *
 * There are no cookies: they are shared by all ports of a host. Browsers do not gate WebSockets to loopback everywhere, so Origin
 * and token carry the whole weight; the Host stops names that were rebound to 127.0.0.1.
 */
import { createHash, timingSafeEqual } from "node:crypto";
import { protocolVersion } from "../schema/protocol.ts";

/** What the gate looks at; `IncomingMessage` has it all. */
export interface GateRequest {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Names and values in turn, as they came. */
  readonly rawHeaders: readonly string[];
}

export interface GateRules {
  /** The port that is listened on. */
  readonly port: number;
  readonly token: string;
  /** Paths of the pages that the course's own pages may frame. */
  readonly framed: ReadonlySet<string>;
}

export type Verdict =
  | { readonly admitted: "site" | "runner" }
  | { readonly admitted: null; readonly status: 400 | 401 | 403 | 405 | 421; readonly reason: string };

/** Headers that decide: a second one is an attempt to be read in two ways. */
const securityHeaders = [
  "host",
  "origin",
  "upgrade",
  "sec-websocket-protocol",
  "sec-fetch-site",
  "sec-fetch-mode",
  "sec-fetch-dest",
];

/** Decides one request. `upgrade`: the client asks for another protocol on this connection. */
export function decideRequest(request: GateRequest, upgrade: boolean, rules: GateRules): Verdict {
  const names = request.rawHeaders.filter((_, index) => index % 2 === 0).map((name) => name.toLowerCase());
  const twice = securityHeaders.find((name) => names.indexOf(name) !== names.lastIndexOf(name));
  if (twice !== undefined) return refuse(400, `the header ${twice} stands twice`);
  if (!request.url?.startsWith("/") || request.url.startsWith("//")) return refuse(400, "the address is not a path");
  const host = readHeader(request, "host")?.toLowerCase();
  if (host !== `127.0.0.1:${rules.port}` && host !== `localhost:${rules.port}`)
    return refuse(421, "this runner does not answer to that Host");
  const origin = readHeader(request, "origin");
  if (origin !== undefined && origin !== `http://${host}`) return refuse(403, "the request comes from another origin");
  return upgrade ? decideUpgrade(request, origin, rules) : decidePage(request, rules);
}

function decidePage(request: GateRequest, rules: GateRules): Verdict {
  if (request.method !== "GET" && request.method !== "HEAD") return refuse(405, "only GET and HEAD exist here");
  if (readHeader(request, "transfer-encoding") !== undefined || (readHeader(request, "content-length") ?? "0") !== "0")
    return refuse(400, "a GET has no body");
  const site = readHeader(request, "sec-fetch-site");
  const mode = readHeader(request, "sec-fetch-mode");
  const destination = readHeader(request, "sec-fetch-dest") ?? "";
  if (["iframe", "frame", "embed", "object", "fencedframe"].includes(destination)) {
    const path = request.url?.replace(/\?.*/, "") ?? "";
    if (destination !== "iframe" || site !== "same-origin" || !rules.framed.has(path))
      return refuse(403, "this page is not to be framed");
  }
  // Tools that are no browsers send no Sec-Fetch-Site; they could say anything and gain nothing: the built files are public.
  if (site === undefined || site === "same-origin" || site === "none") return { admitted: "site" };
  if (site !== "cross-site" && site !== "same-site") return refuse(400, "unknown Sec-Fetch-Site");
  // Another port of 127.0.0.1 is "same-site": as foreign as any other.
  if (mode === "navigate" && destination === "document") return { admitted: "site" };
  return refuse(403, "another site may link here and nothing more");
}

function decideUpgrade(request: GateRequest, origin: string | undefined, rules: GateRules): Verdict {
  if (request.method !== "GET") return refuse(405, "a WebSocket begins with GET");
  if (readHeader(request, "upgrade")?.toLowerCase() !== "websocket")
    return refuse(400, "the only upgrade is websocket");
  if (origin === undefined) return refuse(403, "a WebSocket needs an Origin: every browser sends one");
  const site = readHeader(request, "sec-fetch-site");
  if (site !== undefined && site !== "same-origin") return refuse(403, "the request comes from another site");
  const protocols = (readHeader(request, "sec-websocket-protocol") ?? "").split(",").map((protocol) => protocol.trim());
  if (!protocols.includes(protocolVersion)) return refuse(400, `the protocol is ${protocolVersion}`);
  const tokens = protocols.filter((protocol) => protocol.startsWith("token."));
  if (tokens.length !== 1 || !equalsInConstantTime(tokens[0] ?? "", `token.${rules.token}`))
    return refuse(401, "the token is missing or wrong: open the address that the runner printed");
  return { admitted: "runner" };
}

function readHeader(request: GateRequest, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value.join(", ") : value;
}

function refuse(status: 400 | 401 | 403 | 405 | 421, reason: string): Verdict {
  return { admitted: null, status, reason };
}

/** Compares digests, so that neither content nor length shows in the time it takes. */
function equalsInConstantTime(a: string, b: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
