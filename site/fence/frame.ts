/**
 * The fence: the script of a sandboxed page whose origin is opaque. It starts the Worker that cells run in, from text that the page posts,
 * and hands it a port; after that the page and the Worker speak without it. Every message ends the Worker before; `null` starts no other.
 */
// A stranger may frame this page where no header forbids it: without a sandbox it would lend out the site's origin.
if (self.origin !== "null") throw new Error("The fence works in a sandbox only.");

let worker: Worker | undefined;

addEventListener("message", ({ source, data, ports: [port] }: MessageEvent<FenceStart | null>) => {
  if (source !== parent) return;
  worker?.terminate();
  if (data === null || port === undefined) return;
  // A classic Worker: Chromium starts no module Worker from a blob in an opaque origin.
  worker = new Worker(URL.createObjectURL(new Blob([data.worker], { type: "text/javascript" })));
  worker.postMessage(data.modules, [port]);
});
parent.postMessage("up", "*");

/** The text of the Worker, and the text of the module that holds what cells may import, where they import anything. */
export interface FenceStart {
  readonly worker: string;
  readonly modules: string | null;
}
