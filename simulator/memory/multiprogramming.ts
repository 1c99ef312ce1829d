/**
 * How busy the CPU is with `degree` processes in memory of which each waits for input or output during `waiting` of its time, if they
 * wait independently of each other: 1 − pⁿ (Tanenbaum, Modern Operating Systems, 2.1.7).
 * @throws RangeError: `waiting` is not from 0 to 1, or `degree` is negative.
 */
export function findUtilisation(degree: number, waiting: number): number {
  if (!(waiting >= 0 && waiting <= 1))
    throw new RangeError(`findUtilisation: waiting must be from 0 to 1, not ${waiting}`);
  if (!(degree >= 0)) throw new RangeError(`findUtilisation: degree must be 0 or more, not ${degree}`);
  return 1 - waiting ** degree;
}
