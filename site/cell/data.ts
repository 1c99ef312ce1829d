import type { Cell, CompiledCell, End } from "../../schema/cell.ts";

/** What a page needs to run its chapter; loaded at the first interaction. */
export interface ChapterData {
  readonly file: string;
  readonly cells: readonly Cell[];
  /** The simulated cells of the notebook, in the order of the chapter: exercises with their checks, but not their solutions. */
  readonly compiled: readonly CompiledCell[];
  /** How the recorded run of a live cell ended, and the result that it handed to the notebook. */
  readonly recorded: Readonly<
    Record<string, { readonly end: Pick<End, "exitStatus" | "termSignal">; readonly result?: unknown }>
  >;
}

/** Where the parts of a page lie that it loads at the first interaction, as URLs. */
export interface PageAssets {
  readonly fence: string;
  readonly worker: string;
  /** The modules that the chapter's cells import; and all of them, for what a reader may import besides. */
  readonly modules: string;
  readonly allModules: string;
}
