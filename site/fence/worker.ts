/** The Worker behind the fence: the notebook's runtime on one port. Its origin is opaque, its policy knows no network. */
import "./tasks.ts";
import { startNotebook } from "../../notebook/runtime.ts";
import type { LoadedCell } from "../../notebook/module.ts";
import type { ToFence } from "../../schema/protocol.ts";
import type { FenceStart } from "./frame.ts";

type Namespaces = Readonly<Record<string, unknown>>;

addEventListener("message", (event: MessageEvent<FenceStart["modules"]>) => void listen(event), { once: true });

async function listen({ data, ports: [port] }: MessageEvent<FenceStart["modules"]>): Promise<void> {
  if (port === undefined) return;
  const modules = data === null ? {} : (await loadModule<{ modules: Namespaces }>(data)).modules;
  const receive = startNotebook({
    modules,
    load: (text) => loadModule<{ cells: readonly LoadedCell[] }>(text),
    send: (message) => port.postMessage(message),
  });
  port.addEventListener("message", ({ data: message }: MessageEvent<ToFence>) => receive(message));
  port.start();
}

async function loadModule<Namespace>(text: string): Promise<Namespace> {
  const url = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
  try {
    return (await import(/* @vite-ignore */ url)) as Namespace;
  } finally {
    URL.revokeObjectURL(url);
  }
}
