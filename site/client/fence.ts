/** The page's side of the fence: a sandboxed frame with a Worker in it, one port to speak to it, and a watch on whether it still answers. */
import type { FromFence, ToFence } from "../../schema/protocol.ts";
import type { PageAssets } from "../cell/data.ts";
import type { FenceStart } from "../fence/frame.ts";
import { createGuard } from "./guard.ts";

/** An evaluation that does not answer for so long is stopped, in milliseconds. */
const silenceMs = 10_000;
const pingEveryMs = 1_000;

export interface Fence {
  readonly post: (message: ToFence) => void;
  /** Ends whatever runs in the fence, at once. */
  readonly end: () => void;
}

let frame: Promise<HTMLIFrameElement> | undefined;
const texts = new Map<string, Promise<string>>();

/** Starts a Worker behind the fence, ending the one before. `onLost`: it was ended because it fell silent or sent what it may not. */
export async function openFence(
  assets: PageAssets,
  modulesUrl: string | null,
  onMessage: (message: FromFence) => void,
  onLost: (reason: string) => void,
): Promise<Fence> {
  const [{ contentWindow }, worker, modules] = await Promise.all([
    (frame ??= openFrame(assets.fence)),
    fetchText(assets.worker),
    modulesUrl === null ? null : fetchText(modulesUrl),
  ]);
  const { port1: port, port2 } = new MessageChannel();
  const parse = createGuard(() => performance.now());
  const ready = Promise.withResolvers<void>();
  let askedAt: number | null = null;
  let asked = 0;
  let ended = false;

  const end = (): void => {
    clearInterval(timer);
    ended = true;
    port.close();
    contentWindow?.postMessage(null, "*");
    ready.resolve();
  };
  const lose = (reason: string): void => {
    end();
    onLost(reason);
  };
  port.addEventListener("message", ({ data }) => {
    if (ended) return;
    try {
      const message = parse(data);
      if (message.type === "ready") ready.resolve();
      else if (message.type === "pong") askedAt = null;
      else onMessage(message);
    } catch (error) {
      lose(error instanceof Error ? error.message : String(error));
    }
  });
  port.start();
  const timer = setInterval(() => {
    if (askedAt === null) {
      askedAt = performance.now();
      port.postMessage({ type: "ping", id: ++asked } satisfies ToFence);
    } else if (performance.now() - askedAt > silenceMs) lose("stopped: it has not answered for 10 s");
  }, pingEveryMs);

  contentWindow?.postMessage({ worker, modules } satisfies FenceStart, "*", [port2]);
  await ready.promise;
  return { post: (message) => port.postMessage(message), end };
}

/** Begins to load what `openFence` will need, so that it need not wait for one thing after the other. */
export function warmFence(assets: PageAssets): void {
  for (const url of [assets.worker, assets.modules]) fetchText(url).catch(() => {});
  (frame ??= openFrame(assets.fence)).catch(() => {});
}

function openFrame(url: string): Promise<HTMLIFrameElement> {
  const { promise, resolve, reject } = Promise.withResolvers<HTMLIFrameElement>();
  const element = document.createElement("iframe");
  element.setAttribute("sandbox", "allow-scripts");
  element.className = "r3-fence";
  element.title = "The fence that cells run behind";
  element.tabIndex = -1;
  element.ariaHidden = "true";
  element.src = url;
  addEventListener("message", ({ source, data }) => {
    if (source === element.contentWindow && data === "up") resolve(element);
  });
  setTimeout(() => reject(new Error("the fence that cells run behind did not load; reload the page")), silenceMs);
  promise.catch(() => {
    element.remove();
    frame = undefined;
  });
  document.body.append(element);
  return promise;
}

/** The text at `url`, fetched once. */
export function fetchText(url: string): Promise<string> {
  const known = texts.get(url);
  if (known) return known;
  const text = fetch(url).then((response) => {
    if (!response.ok) throw new Error(`${url} could not be loaded (${response.status}); reload the page`);
    return response.text();
  });
  texts.set(url, text);
  text.catch(() => texts.delete(url));
  return text;
}
