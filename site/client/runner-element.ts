/** The state of the connection to the runner, always in sight; and the token, which other tabs may ask for. */
import { connectOnce } from "./connection.ts";
import type { RunnerState } from "./runner.ts";
import { openedPage } from "./start.ts";

const tokenKey = "ring3:token";
/** Tabs of one browser speak here. The fence cannot: its origin is opaque. */
const channelName = "ring3:tabs";

/* oxlint-disable unicorn/require-post-message-target-origin -- a BroadcastChannel has none: it reaches this origin only */

export class RunnerElement extends HTMLElement {
  connectedCallback(): void {
    const channel = new BroadcastChannel(channelName);
    channel.addEventListener("message", ({ data }: MessageEvent<unknown>) => {
      const token = sessionStorage.getItem(tokenKey);
      if (data === "ask" && token !== null) channel.postMessage({ token });
      if (
        typeof data === "object" &&
        data !== null &&
        "token" in data &&
        typeof data.token === "string" &&
        token === null
      ) {
        sessionStorage.setItem(tokenKey, data.token);
        void this.#connect(data.token);
      }
    });
    const token = sessionStorage.getItem(tokenKey);
    if (token === null) channel.postMessage("ask");
    else void this.#connect(token);
  }

  #connect(token: string): Promise<void> {
    return connectOnce(
      token,
      (state) => this.#show(state),
      (message) => void openedPage()?.then((page) => page.listen(message)),
    );
  }

  #show(state: RunnerState): void {
    const connected = state.status === "connected";
    this.dataset.state = state.status;
    this.querySelector("summary > span")!.textContent = describeRunner(state);
    const panel = this.querySelector(".r3-runner-panel")!;
    if (connected) panel.replaceChildren(...listCapabilities(state.hello.capabilities));
    else if (state.refused) panel.replaceChildren(createAdvice());
    if (!connected) void openedPage()?.then((page) => page.loseRunner());
  }
}

function describeRunner(state: RunnerState): string {
  if (state.status === "connected") return `Runner: ${state.hello.kernel}`;
  if (state.refused) return "Runner refuses this page";
  return state.attempt > 2 ? "Runner does not answer" : "Connecting to the runner";
}

function createAdvice(): Node {
  const advice = document.createElement("p");
  advice.textContent =
    "A runner admits the pages that were opened by the address that it printed when it started. Has it been started again? Open the new address.";
  return advice;
}

type Capabilities = Extract<RunnerState, { status: "connected" }>["hello"]["capabilities"];

function listCapabilities(capabilities: Capabilities): Node[] {
  const introduction = document.createElement("p");
  introduction.textContent = "Cells marked L run on this machine, each in a box of its own. It can:";
  const list = document.createElement("ul");
  for (const { name, ok, detail, remedy } of capabilities) {
    const item = document.createElement("li");
    item.textContent = `${ok ? "✓" : "✗"} ${name}: ${detail}${!ok && remedy ? `. What helps: ${remedy}` : ""}`;
    list.append(item);
  }
  return capabilities.length === 0 ? [introduction] : [introduction, list];
}
