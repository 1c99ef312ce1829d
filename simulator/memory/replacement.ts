/**
 * Page replacement on paper: which page goes when all frames are full, for a string of references (Tanenbaum, Modern Operating
 * Systems, 3.4; Silberschatz, Operating System Concepts, 10.4). A pure function; the simulated kernel makes its choices by the same code.
 */
import { byKey, chooseVictim, type Resident, type Victim } from "./victim.ts";

/**
 * `fifo`: loaded first. `lru`: last use longest ago; `mru`: last used. `lfu`: fewest uses since it was loaded, then loaded first.
 * `second-chance`: a queue by loading in which a page whose referenced bit is set goes to the end; `clock`: the same as a ring.
 * `opt`: next use farthest away (Belady); of pages that are not used again the one loaded first.
 */
export type ReplacementPolicy = "fifo" | "lru" | "mru" | "lfu" | "second-chance" | "clock" | "opt";

export interface ReplacementOptions {
  /** How many frames there are, from 1 to 100. */
  readonly frames: number;
  readonly policy: ReplacementPolicy;
  /** Whether loading a page sets its referenced bit (for `clock` and `second-chance`), as the repeated instruction does; default true. */
  readonly referencedOnLoad?: boolean;
}

export interface ReplacementStep {
  readonly reference: number;
  /** The pages in memory after it, by frame; null: the frame is free. */
  readonly frames: readonly (number | null)[];
  readonly isFault: boolean;
  /** The page that had to go. */
  readonly victim: number | null;
  readonly why: string;
}

export interface Replacement {
  readonly policy: ReplacementPolicy;
  readonly steps: readonly ReplacementStep[];
  readonly faults: number;
}

interface Page extends Resident {
  readonly page: number;
  readonly uses: number;
  /** Place in the references of its next use; Infinity where there is none. */
  readonly nextUse: number;
}

const MAX_REFERENCES = 10_000;
const MAX_FRAMES = 100;

const choose: Readonly<Record<ReplacementPolicy, (pages: readonly Page[], hand: number) => Victim>> = {
  ...chooseVictim,
  mru: byKey(({ usedAt }) => -usedAt, "it was used last"),
  lfu: byKey(({ uses, loadedAt }) => uses * MAX_REFERENCES + loadedAt, "it was used least often"),
  opt(pages, hand) {
    const farthest = byKey<Page>(
      ({ nextUse, loadedAt }) => loadedAt - Math.min(nextUse, MAX_REFERENCES) * MAX_REFERENCES,
      "it is not used again",
    )(pages, hand);
    const next = pages[farthest.index]?.nextUse ?? Infinity;
    return next === Infinity ? farthest : { ...farthest, why: `its next use, reference ${next + 1}, is farthest away` };
  },
  "second-chance"(pages, hand) {
    const queue = pages.map((_page, index) => index).toSorted((a, b) => loadedAt(pages, a) - loadedAt(pages, b));
    const unused = queue.findIndex((index) => !pages[index]?.referenced);
    const spared = unused === -1 ? queue : queue.slice(0, unused);
    const passed = spared.map((index) => pages[index]?.page).join(", ");
    const why = `it is first in the queue without a referenced bit${passed && `, after a second chance for ${passed}`}`;
    return { index: queue[unused === -1 ? 0 : unused] ?? 0, spared, hand, why };
  },
};
const loadedAt = (pages: readonly Page[], index: number): number => pages[index]?.loadedAt ?? 0;

/**
 * Plays a string of references. The frames are filled from the first one on.
 * @throws RangeError: a policy that there is not, frames or references that are no whole numbers in range.
 */
export function replacePages(references: readonly number[], options: ReplacementOptions): Replacement {
  checkOptions(references, options);
  const { frames: capacity, policy, referencedOnLoad = true } = options;
  const nextUses = findNextUses(references);
  let pages: readonly Page[] = [];
  let hand = 0;

  const steps = references.map((reference, now): ReplacementStep => {
    const nextUse = nextUses[now] ?? Infinity;
    const index = pages.findIndex(({ page }) => page === reference);
    const found = pages[index];
    if (found) {
      pages = pages.with(index, { ...found, usedAt: now, referenced: true, uses: found.uses + 1, nextUse });
      return describe(`page ${reference} is in frame ${index}`, null, false);
    }
    const page = { page: reference, loadedAt: now, usedAt: now, referenced: referencedOnLoad, uses: 1, nextUse };
    if (pages.length < capacity) {
      pages = [...pages, page];
      return describe(`frame ${pages.length - 1} is free`, null, true);
    }
    const victim = choose[policy](pages, hand);
    const gone = pages[victim.index]?.page ?? null;
    hand = victim.hand;
    pages = giveSecondChance(pages, victim.spared, now).with(victim.index, page);
    return describe(`page ${gone} goes: ${victim.why}`, gone, true);

    function describe(why: string, left: number | null, isFault: boolean): ReplacementStep {
      const frames = Array.from({ length: capacity }, (_, frame) => pages[frame]?.page ?? null);
      return { reference, frames, isFault, victim: left, why };
    }
  });
  return { policy, steps, faults: steps.filter(({ isFault }) => isFault).length };
}

/** Clears the referenced bits of spared pages; in a queue they go to the end, in their order and before the page that comes now. */
const giveSecondChance = (pages: readonly Page[], spared: readonly number[], now: number): readonly Page[] =>
  pages.map((page, index) => {
    const order = spared.indexOf(index);
    if (order === -1) return page;
    return { ...page, referenced: false, loadedAt: now - 1 + (order + 1) / (spared.length + 1) };
  });

/** For each reference where the same page is used next. */
function findNextUses(references: readonly number[]): number[] {
  const next = new Map<number, number>();
  return references
    .map((page, index) => [page, index] as const)
    .toReversed()
    .map(([page, index]) => {
      const use = next.get(page) ?? Infinity;
      next.set(page, index);
      return use;
    })
    .toReversed();
}

function checkOptions(references: readonly number[], { frames, policy }: ReplacementOptions): void {
  if (!Object.hasOwn(choose, policy)) {
    throw new RangeError(
      `replacePages: policy must be one of ${Object.keys(choose).join(", ")}, not ${String(policy)}`,
    );
  }
  if (!Number.isInteger(frames) || frames < 1 || frames > MAX_FRAMES) {
    throw new RangeError(`replacePages: frames must be a whole number from 1 to ${MAX_FRAMES}, not ${frames}`);
  }
  if (references.length > MAX_REFERENCES) {
    throw new RangeError(`replacePages: at most ${MAX_REFERENCES} references, not ${references.length}`);
  }
  const bad = references.findIndex((page) => !Number.isSafeInteger(page) || page < 0);
  if (bad !== -1)
    throw new RangeError(`replacePages: reference ${bad + 1} must be a page number, not ${references[bad]}`);
}
