/** Node only. Where the modules lie that cells import: package.json's `exports` says it, and nobody else needs to. */

/** The file URL of each module, by its name. */
export const locateModules = (names: readonly string[]): Record<string, string> =>
  Object.fromEntries(names.map((name) => [name, import.meta.resolve(name)]));
