/** Time: clock_gettime(2). */
import { addon } from "./addon.ts";

/** clock_gettime(2) in nanoseconds; exact for 104 days of CLOCK_MONOTONIC, to 256 ns for CLOCK_REALTIME. EINVAL. */
export const clock_gettime: (clock: number) => number = addon.clock_gettime;
