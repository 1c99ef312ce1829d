/** Signals by name, with Linux's numbers (signal(7), x86 and arm64). */
export const signalNumbers = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGILL: 4,
  SIGTRAP: 5,
  SIGABRT: 6,
  SIGBUS: 7,
  SIGFPE: 8,
  SIGKILL: 9,
  SIGUSR1: 10,
  SIGSEGV: 11,
  SIGUSR2: 12,
  SIGPIPE: 13,
  SIGALRM: 14,
  SIGTERM: 15,
  SIGSTKFLT: 16,
  SIGCHLD: 17,
  SIGCONT: 18,
  SIGSTOP: 19,
  SIGTSTP: 20,
  SIGTTIN: 21,
  SIGTTOU: 22,
  SIGURG: 23,
  SIGXCPU: 24,
  SIGXFSZ: 25,
  SIGVTALRM: 26,
  SIGPROF: 27,
  SIGWINCH: 28,
  SIGIO: 29,
  SIGPWR: 30,
  SIGSYS: 31,
} as const;

export type SignalName = keyof typeof signalNumbers;

type Offset =
  | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10 | 11 | 12 | 13 | 14 | 15
  | 16 | 17 | 18 | 19 | 20 | 21 | 22 | 23 | 24 | 25 | 26 | 27 | 28 | 29 | 30; // prettier-ignore
/** Real-time signals: several of one number wait one behind the other, each with its value (signal(7)). */
export type RealTimeSignal = "SIGRTMIN" | `SIGRTMIN+${Offset}`;
export type Signal = SignalName | RealTimeSignal;
export const SIGRTMIN = "SIGRTMIN";
export const SIGRTMAX = "SIGRTMIN+30";

/** The number of a signal; undefined for what is none. glibc's SIGRTMIN is 34. */
export function numberSignal(signal: string): number | undefined {
  if (Object.hasOwn(signalNumbers, signal)) return signalNumbers[signal as SignalName];
  const offset = /^SIGRTMIN(?:\+([1-9]|[12]\d|30))?$/.exec(signal);
  return offset ? 34 + Number(offset[1] ?? 0) : undefined;
}

const namesByNumber = new Map<number, SignalName>(
  Object.entries(signalNumbers).map(([name, number]) => [number, name as SignalName]),
);

/** `SIGPIPE` for 13; a real-time signal becomes `SIGRTMIN+n` (glibc's SIGRTMIN is 34). */
export function nameSignal(number: number): string {
  return namesByNumber.get(number) ?? (number >= 34 && number <= 64 ? `SIGRTMIN+${number - 34}` : `signal ${number}`);
}
