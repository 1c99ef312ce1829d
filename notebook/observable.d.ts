/** The part of Observable's runtime (6.0.1, which ships no types) that the notebook stands on. */
declare module "@observablehq/runtime" {
  /** What happens to a variable, as its observer hears it. */
  export interface Observer {
    pending?(): void;
    fulfilled?(value: unknown, name: string | null): void;
    rejected?(error: unknown, name: string | null): void;
  }
  export interface Variable {
    define(name: string | null, inputs: readonly string[], definition: (...inputs: never[]) => unknown): Variable;
    delete(): Variable;
  }
  export interface Module {
    variable(observer?: Observer): Variable;
  }
  export class Runtime {
    constructor(builtins?: Readonly<Record<string, unknown>>, global?: (name: string) => unknown);
    module(): Module;
    dispose(): void;
  }
  /** A name that could not be resolved: `input` says which. */
  export class RuntimeError extends Error {
    readonly input?: string;
  }
}
