/** What `ring3 … --json` prints. Public: these shapes only ever grow. */
import type { Kernel } from "./cell.ts";

export interface CellVerdict {
  readonly chapter: string;
  readonly name: string;
  readonly kernel: Kernel;
  readonly status: "passed" | "failed" | "skipped";
  readonly ms: number;
  readonly reason?: string;
}
export interface VerifyReport {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly cells: readonly CellVerdict[];
}
export interface Capability {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
  readonly remedy?: string;
}
export interface DoctorReport {
  readonly capabilities: readonly Capability[];
}
export interface BenchResult {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly baseline?: { readonly name: string; readonly value: number };
  /** value / baseline */
  readonly ratio?: number;
  readonly target?: string;
  readonly ok?: boolean;
}
export interface BenchReport {
  readonly results: readonly BenchResult[];
}
export interface CommandError {
  readonly error: { readonly code: string; readonly message: string; readonly at?: string };
}
