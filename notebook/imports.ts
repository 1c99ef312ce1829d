/** Browser-safe. What compiled cells import: the build makes a page's modules from it, and the page asks whether they do. */

/** Names by module; `*` stands for all that the module has. */
export type Imports = ReadonlyMap<string, ReadonlySet<string>>;

/** As `compileCell` prints imports: `const { a, "b": c } = $import("m")`, `const m = $import("m")` or `$import("m").a`. */
const form = /(?:const \{([^}]*)\} = )?\$import\("([^"]+)"\)(?:\.(\w+))?/g;

export function findImports(cells: readonly { readonly body: string }[]): Imports {
  const found = new Map<string, Set<string>>();
  for (const { body } of cells) {
    for (const [, members, module = "", member = "*"] of body.matchAll(form)) {
      const names = members === undefined ? [member] : members.split(",").map(readName);
      const known = found.get(module) ?? new Set();
      found.set(module, known);
      for (const name of names) if (name !== "") known.add(name);
    }
  }
  return found;
}

/** The imported name of `a` or `"a": b`. */
const readName = (member: string): string => (member.split(":", 1)[0] ?? "").trim().replaceAll('"', "");

/** Does `have` hold all that is in `wanted`? */
export const includesImports = (have: Imports, wanted: Imports): boolean =>
  [...wanted].every(([module, names]) => {
    const known = have.get(module);
    return known !== undefined && (known.has("*") || [...names].every((name) => known.has(name)));
  });
