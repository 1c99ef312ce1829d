/**
 * The arm of a disk: in which order it serves requests, and how far it moves (Silberschatz, Operating System Concepts, 11.2; Tanenbaum,
 * Modern Operating Systems, 5.4.3, where SSTF is SSF and LOOK the elevator).
 */
import type { View } from "../../schema/view.ts";

/**
 * `fcfs`: as they came. `sstf`: the nearest, of two equally near the one that came first. `scan`: to the edge of the disk and back;
 * `look`: to the last request and back. `c-scan`, `c-look`: the same, but back at the beginning without serving any.
 */
export type DiskPolicy = "fcfs" | "sstf" | "scan" | "look" | "c-scan" | "c-look";

export interface DiskOptions {
  readonly policy: DiskPolicy;
  /** The cylinder where the arm is. */
  readonly head: number;
  /** How many cylinders there are, counted from 0; default 200. */
  readonly cylinders?: number;
  /** Where the arm goes first; default up, to higher cylinders. */
  readonly direction?: "up" | "down";
}

export interface Movement {
  readonly to: number;
  /** false: nobody asked for this cylinder, the arm only turns there. */
  readonly isRequest: boolean;
  readonly why: string;
}

export interface DiskRun {
  readonly policy: DiskPolicy;
  readonly head: number;
  readonly movements: readonly Movement[];
  /** Cylinders that the arm has moved over, a return included. */
  readonly distance: number;
}

const MAX_REQUESTS = 1_000;
const MAX_CYLINDERS = 1_000_000;

interface Arm extends Required<DiskOptions> {
  readonly requests: readonly number[];
}

const serve =
  (why: string) =>
  (to: number): Movement => ({ to, isRequest: true, why });
const turn = (to: number, why: string): Movement => ({ to, isRequest: false, why });

const plan: Readonly<Record<DiskPolicy, (arm: Arm) => Movement[]>> = {
  fcfs: ({ requests }) => requests.map(serve("the next that came")),

  sstf({ requests, head }) {
    const left = [...requests];
    let at = head;
    return requests.map(() => {
      const distances = left.map((cylinder) => Math.abs(cylinder - at));
      const distance = Math.min(...distances);
      [at = at] = left.splice(distances.indexOf(distance), 1);
      return serve(`the nearest, ${distance} away`)(at);
    });
  },

  scan: (arm) => sweep(arm, { toEdge: true, isCircular: false }),
  look: (arm) => sweep(arm, { toEdge: false, isCircular: false }),
  "c-scan": (arm) => sweep(arm, { toEdge: true, isCircular: true }),
  "c-look": (arm) => sweep(arm, { toEdge: false, isCircular: true }),
};

/** One way, then the rest; the arm goes beyond the last request on its way only if requests are left behind it. */
function sweep(
  { requests, head, cylinders, direction }: Arm,
  how: { toEdge: boolean; isCircular: boolean },
): Movement[] {
  const isUp = direction === "up";
  const onTheWay = (a: number, b: number) => (isUp ? a - b : b - a);
  const ahead = requests.filter((cylinder) => onTheWay(cylinder, head) >= 0).toSorted(onTheWay);
  const behind = requests.filter((cylinder) => onTheWay(cylinder, head) < 0).toSorted(onTheWay);
  const first = ahead.map(serve(`the next on the way ${direction}`));
  if (behind.length === 0) return first;
  const [start, end] = isUp ? [0, cylinders - 1] : [cylinders - 1, 0];
  const edges = [
    ...(how.toEdge ? [turn(end, "the edge of the disk")] : []),
    ...(how.toEdge && how.isCircular ? [turn(start, "back to the other edge")] : []),
  ];
  const back = isUp ? "down" : "up";
  const rest = how.isCircular
    ? behind.map(serve(`the next on the way ${direction}, from the other side`))
    : behind.toReversed().map(serve(`the next on the way ${back}`));
  return [...first, ...edges, ...rest];
}

/**
 * Serves all requests, which are there from the beginning.
 * @throws RangeError: a policy that there is not, or a cylinder that the disk does not have.
 */
export function moveArm(requests: readonly number[], options: DiskOptions): DiskRun {
  const arm = { cylinders: 200, direction: "up", ...options, requests } as const;
  checkArm(arm);
  const { policy, head } = arm;
  const movements = plan[policy](arm);
  const stops = [head, ...movements.map(({ to }) => to)];
  const distance = stops.reduce((sum, to, index) => sum + Math.abs(to - (stops[index - 1] ?? to)), 0);
  return { policy, head, movements, distance };
}

function checkArm({ policy, head, cylinders, direction, requests }: Arm): void {
  const refuse = (what: string, wanted: string, value: unknown): never => {
    throw new RangeError(`moveArm: ${what} must be ${wanted}, not ${String(value)}`);
  };
  if (!Object.hasOwn(plan, policy)) refuse("policy", `one of ${Object.keys(plan).join(", ")}`, policy);
  if (!Number.isInteger(cylinders) || cylinders < 1 || cylinders > MAX_CYLINDERS)
    refuse("cylinders", `a whole number from 1 to ${MAX_CYLINDERS}`, cylinders);
  if (direction !== "up" && direction !== "down") refuse("direction", "up or down", direction);
  if (requests.length > MAX_REQUESTS) refuse("the number of requests", `at most ${MAX_REQUESTS}`, requests.length);
  for (const cylinder of [head, ...requests]) {
    const isThere = Number.isInteger(cylinder) && cylinder >= 0 && cylinder < cylinders;
    if (!isThere) refuse("a cylinder", `a whole number from 0 to ${cylinders - 1}`, cylinder);
  }
}

/** Where the arm is, movement by movement; one curve per run. */
export function showArm(runs: DiskRun | readonly DiskRun[], { title }: { readonly title?: string } = {}): View {
  const series = [runs].flat().map(({ policy, head, movements, distance }) => ({
    label: `${policy}: ${distance} cylinders`,
    points: [head, ...movements.map(({ to }) => to)].map((cylinder, index): [number, number] => [index, cylinder]),
  }));
  const axes = { x: { label: "movement" }, y: { label: "cylinder" } };
  return { view: "lines", title: title ?? "the arm of the disk", ...axes, series };
}
