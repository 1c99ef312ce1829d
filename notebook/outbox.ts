/** Browser-safe. Bounds how often a cell is heard: what is superseded before it could be shown is never sent. */
import type { FromFence } from "../schema/protocol.ts";

/** Two evaluations of one cell that are sent lie at least this far apart, in milliseconds: about one frame of a screen. */
export const minIntervalMs = 16;

interface Box {
  holding: boolean;
  held: FromFence[];
  sentAt: number;
}

/**
 * Messages by sender (a cell, a name). `begin` starts a new evaluation: what of the former one was still held is dropped. The first
 * evaluation, and each that begins after the interval, passes straight through; one that follows sooner is held until the interval is over.
 */
export function createOutbox(send: (message: FromFence) => void): {
  begin: (sender: string) => void;
  put: (sender: string, message: FromFence) => void;
} {
  const boxes = new Map<string, Box>();
  const boxOf = (sender: string): Box => {
    const box = boxes.get(sender) ?? { holding: false, held: [], sentAt: -Infinity };
    boxes.set(sender, box);
    return box;
  };
  const release = (box: Box): void => {
    const messages = box.held;
    box.held = [];
    box.holding = false;
    box.sentAt = performance.now();
    for (const message of messages) send(message);
  };
  return {
    begin: (sender) => {
      const box = boxOf(sender);
      const now = performance.now();
      box.held = [];
      if (box.holding) return;
      const wait = box.sentAt + minIntervalMs - now;
      if (wait <= 0) box.sentAt = now;
      else {
        box.holding = true;
        setTimeout(release, wait, box);
      }
    },
    put: (sender, message) => {
      const box = boxOf(sender);
      if (box.holding) box.held.push(message);
      else send(message);
    },
  };
}
