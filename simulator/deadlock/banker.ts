/**
 * Several instances of each kind of resource, in matrices: Dijkstra's banker, who grants nothing that could end in a deadlock, and
 * detection, which looks whether there is one (Silberschatz ch. 8, Tanenbaum ch. 6). Rows are processes, columns kinds of resource.
 */

export interface Holdings {
  /** Free instances of each kind. */
  readonly available: readonly number[];
  /** What each process has. */
  readonly allocation: readonly (readonly number[])[];
}

/** For the banker: what each process may still ask for. */
export interface Claims extends Holdings {
  readonly need: readonly (readonly number[])[];
}

/** For detection: what each process asks for now. */
export interface Requests extends Holdings {
  readonly request: readonly (readonly number[])[];
}

/** One process that can finish, and what is free once it has given back all that it has. */
export interface Finish {
  readonly process: number;
  readonly available: readonly number[];
}

export interface Safety {
  readonly safe: boolean;
  /** Processes in an order in which all of them, or as many as can, finish: after one that can, the next in the list is tried. */
  readonly order: readonly Finish[];
  /** Those that can never finish. */
  readonly stuck: readonly number[];
}

export interface Decision {
  readonly granted: boolean;
  /** In words; with the numbers that decided. */
  readonly reason: "granted" | "exceeds its claim" | "not available" | "unsafe";
  readonly why: string;
  /** The state afterwards: the same where it is refused. */
  readonly claims: Claims;
  /** Of the state that granting it leads to; null where that was not looked at. */
  readonly safety: Safety | null;
}

export interface Detection {
  readonly deadlocked: readonly number[];
  readonly order: readonly Finish[];
}

type Vector = readonly number[];
const add = (a: Vector, b: Vector): Vector => a.map((value, kind) => value + (b[kind] ?? 0));
const subtract = (a: Vector, b: Vector): Vector => a.map((value, kind) => value - (b[kind] ?? 0));
const fits = (wanted: Vector, available: Vector): boolean =>
  wanted.every((value, kind) => value <= (available[kind] ?? 0));
const show = (vector: Vector): string => `(${vector.join(", ")})`;

/** What each process may still ask for: its claim less what it has. */
export const findNeed = (claim: readonly Vector[], allocation: readonly Vector[]): Vector[] =>
  claim.map((row, process) => subtract(row, allocation[process] ?? []));

/** Lets one after the other finish and give back what it has, around the list until nobody can. */
function finishAll({ available, allocation }: Holdings, wanted: readonly Vector[]): Finish[] {
  const order: Finish[] = [];
  const finished = new Set<number>();
  let free = available;
  for (let process = 0, tried = 0; tried < wanted.length; process = (process + 1) % wanted.length, tried += 1) {
    if (finished.has(process) || !fits(wanted[process] ?? [], free)) continue;
    finished.add(process);
    free = add(free, allocation[process] ?? []);
    order.push({ process, available: free });
    tried = -1;
  }
  return order;
}

const findOthers = (count: number, order: readonly Finish[]): number[] =>
  Array.from({ length: count }, (_, process) => process).filter((one) => order.every(({ process }) => process !== one));

/**
 * Whether all processes can finish even if each asks for all that it may.
 * @throws RangeError: the matrices do not fit each other, or hold something else than whole numbers from 0 on.
 */
export function findSafety(claims: Claims): Safety {
  checkShape("findSafety", claims, "need", claims.need);
  const order = finishAll(claims, claims.need);
  const stuck = findOthers(claims.need.length, order);
  return { safe: stuck.length === 0, order, stuck };
}

/** Whether the processes can finish in exactly this order. */
export function isSafeSequence(claims: Claims, sequence: readonly number[]): boolean {
  let free = claims.available;
  if (new Set(sequence).size !== claims.need.length) return false;
  return sequence.every((process) => {
    const canFinish = fits(claims.need[process] ?? [Infinity], free);
    free = add(free, claims.allocation[process] ?? []);
    return canFinish;
  });
}

/**
 * The banker's answer to a request.
 * @throws RangeError: there is no such process, or the numbers make no sense.
 */
export function requestResources(claims: Claims, process: number, request: Vector): Decision {
  checkShape("requestResources", claims, "need", claims.need);
  const need = claims.need[process];
  if (!need) throw new RangeError(`requestResources: there is no process ${process} of ${claims.need.length}`);
  checkVector("requestResources: request", request, claims.available.length);
  const refuse = (reason: Decision["reason"], why: string, safety: Safety | null = null): Decision => ({
    granted: false,
    reason,
    why,
    claims,
    safety,
  });
  if (!fits(request, need))
    return refuse("exceeds its claim", `it may still ask for ${show(need)}, not ${show(request)}`);
  if (!fits(request, claims.available)) {
    return refuse("not available", `only ${show(claims.available)} is free, and ${show(request)} is asked for`);
  }
  const allocation = claims.allocation.with(process, add(claims.allocation[process] ?? [], request));
  const after = {
    ...claims,
    available: subtract(claims.available, request),
    allocation,
    need: claims.need.with(process, subtract(need, request)),
  };
  const safety = findSafety(after);
  const names = safety.stuck.join(", ");
  if (!safety.safe) {
    return refuse("unsafe", `with ${show(after.available)} left, processes ${names} could all wait for ever`, safety);
  }
  const order = safety.order.map((finish) => finish.process).join(", ");
  return {
    granted: true,
    reason: "granted",
    why: `all can still finish, in the order ${order}`,
    claims: after,
    safety,
  };
}

/**
 * Who is deadlocked now. Who has nothing keeps nobody waiting, and counts as finished (Silberschatz 8.7).
 * @throws RangeError: as findSafety.
 */
export function detectDeadlock(requests: Requests): Detection {
  checkShape("detectDeadlock", requests, "request", requests.request);
  const order = finishAll(requests, requests.request);
  const others = findOthers(requests.request.length, order);
  return { deadlocked: others.filter((process) => requests.allocation[process]?.some((value) => value > 0)), order };
}

function checkShape(where: string, { available, allocation }: Holdings, name: string, wanted: readonly Vector[]): void {
  checkVector(`${where}: available`, available, available.length);
  if (allocation.length !== wanted.length) {
    throw new RangeError(`${where}: allocation has ${allocation.length} processes, ${name} has ${wanted.length}`);
  }
  for (const [process, row] of allocation.entries())
    checkVector(`${where}: allocation[${process}]`, row, available.length);
  for (const [process, row] of wanted.entries()) checkVector(`${where}: ${name}[${process}]`, row, available.length);
}

function checkVector(where: string, vector: Vector, length: number): void {
  if (vector.length !== length) throw new RangeError(`${where} has ${vector.length} kinds of resource, not ${length}`);
  const wrong = vector.find((value) => !Number.isSafeInteger(value) || value < 0);
  if (wrong !== undefined) throw new RangeError(`${where} must hold whole numbers from 0 on, not ${wrong}`);
}
