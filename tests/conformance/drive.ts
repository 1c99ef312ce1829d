/** Runs one program of programs.ts on the real kernel: `drive.ts name` or `drive.ts SEED`. */
import { driveProgram } from "../../native/drive.ts";
import { generateProgram, programs } from "./programs.ts";

const [which = ""] = process.argv.slice(2);
driveProgram(programs[which] ?? generateProgram(Number(which)));
