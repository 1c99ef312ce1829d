/** Knowing something about some calls, by their names. */
import type { Call, CallArguments, CallName } from "../schema/call.ts";

/** Something about some calls: a function of their arguments for each. */
export type CallMap<Answer> = { readonly [Name in CallName]?: (...args: CallArguments<Name>) => Answer };

/** What `map` says about `call`; undefined where it says nothing. */
export function lookUp<Answer>(map: CallMap<Answer>, { name, args }: Call): Answer | undefined {
  return (map[name] as ((...args: readonly unknown[]) => Answer) | undefined)?.(...args);
}
