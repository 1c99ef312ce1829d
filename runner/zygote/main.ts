/** The zygote: a warm Node in the box, PID 1 there, with addon and type stripper loaded. Started by runner/box.ts; the runner is on fd 3. */
import { PR_SET_DUMPABLE, prctl } from "../../native/posix.ts";
import { runProgram } from "./program.ts";
import { serveRuns } from "./serve.ts";
import { warmUp } from "./warm.ts";

/** Nobody in the box may look into this process or trace it, though they have its user. */
prctl(PR_SET_DUMPABLE, 0);
await warmUp();
runProgram(serveRuns(3));
