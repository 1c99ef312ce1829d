/** Which page has to go: the choice that the kernel and the textbook tables share. */
import type { FramePolicy } from "../../schema/calls/memory.ts";

/** What is known of a page in memory. */
export interface Resident {
  readonly loadedAt: number;
  readonly usedAt: number;
  readonly referenced: boolean;
}

export interface Victim {
  /** Its frame. */
  readonly index: number;
  /** Frames whose referenced bit the clock's hand has cleared on its way. */
  readonly spared: readonly number[];
  /** Where the hand stands then. */
  readonly hand: number;
  /** `it was loaded first`, to follow the name of the page. */
  readonly why: string;
}

type Choose = (residents: readonly Resident[], hand: number) => Victim;

/** Chooses the frame whose key is smallest; of equal ones the lowest. */
export const byKey =
  <Page>(key: (page: Page) => number, why: string) =>
  (pages: readonly Page[], hand: number): Victim => {
    const keys = pages.map(key);
    return { index: keys.indexOf(Math.min(...keys)), spared: [], hand, why };
  };

/** `residents` are the pages of all frames, of which there is at least one. */
export const chooseVictim: Readonly<Record<FramePolicy, Choose>> = {
  fifo: byKey(({ loadedAt }) => loadedAt, "it was loaded first"),
  lru: byKey(({ usedAt }) => usedAt, "its last use is longest ago"),
  clock(residents, hand) {
    const count = residents.length;
    const spared: number[] = [];
    let index = hand % count;
    while (residents[index]?.referenced && !spared.includes(index)) {
      spared.push(index);
      index = (index + 1) % count;
    }
    const passed = spared.length === 0 ? "" : `, after clearing that of ${spared.length} before it`;
    return { index, spared, hand: (index + 1) % count, why: `the hand found its referenced bit clear${passed}` };
  },
};
