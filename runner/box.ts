/**
 * A box: a bubblewrap sandbox (`plain` profile) with a zygote in it, on a lifeline.
 *
 * ```
 * runner ─ unshare ─┬─ warden: PID 1 of an outer PID namespace, reads the lifeline
 *                   └─ bwrap ─ prlimit ─ node: the zygote, PID 1 of the box
 * ```
 *
 * The lifeline is a socket whose other end only the runner holds. When it ends, at whatever moment and for whatever reason (SIGKILL of
 * the runner included), the warden's read ends, the warden exits, and the kernel kills the whole outer namespace.
 * That is a level and not an edge, so it has no race; `--die-with-parent` alone leaks while bwrap starts.
 */
import { spawn } from "node:child_process";
import { closeSync, lstatSync, openSync, readdirSync, readlinkSync } from "node:fs";
import type { Duplex, Readable } from "node:stream";
import { forkFlags, programDescriptors } from "../native/flags.mjs";
import { F_SETFD, FD_CLOEXEC, fcntl } from "../native/posix.ts";
import type { Stage } from "./stage.ts";
import { chooseBoxUser } from "./user.ts";

const mebibyte = 1 << 20;
/** Limits of one box. Node 24 does not start under less data (it reserves its 512 MB code range for a moment); each run lowers its own. */
export const boxLimits = {
  processes: 64,
  dataBytes: 896 * mebibyte,
  openFiles: 256,
  fileBytes: 64 * mebibyte,
  /** Of one process: what a daemon that was left behind may burn. */
  cpuSeconds: 120,
  /** Of each of /tmp, /home/reader and /dev/shm. */
  tmpfsBytes: 64 * mebibyte,
  /** Of all processes together, counted by the runner. */
  memoryBytes: 512 * mebibyte,
};

export interface Box {
  /** Messages to and from the zygote. */
  readonly control: Duplex;
  /** The process at the top of the box, as the runner sees it; 0 where none could be started. */
  readonly pid: number;
  /** What bubblewrap or Node complained about. */
  readonly complaint: () => string;
  /** Resolves when every process of the box is gone. */
  readonly gone: Promise<void>;
  /** Kills everything in the box, at once. */
  kill(): Promise<void>;
}

/** What is bound into a box besides the stage, read-only: host path and path in the box. */
export interface Bind {
  readonly from: string;
  readonly to: string;
}

/** The warden: runs the box, and ends with its lifeline (fd 4). It says on the lifeline when the box has ended by itself. */
const warden = '{ "$@" 4</dev/null; echo $? >&4; } & exec 3<&-; read ended <&4';

/** Holds the descriptors that belong to programs, beyond our own 3 and 4. */
const nothing = openSync("/dev/null", "r");
const held = programDescriptors.slice(2).map(() => nothing);
const filterDescriptor = Math.max(...programDescriptors) + 1;
keepInherited();

/** Starts a box; the zygote says `hello` on `control` when it is ready. */
export function startBox(stage: Stage, binds: readonly Bind[] = []): Box {
  const user = chooseBoxUser();
  const [command = "", ...args] = [
    user === null ? [] : ["setpriv", `--reuid=${user.uid}`, `--regid=${user.gid}`, "--clear-groups", "--"],
    ["unshare", "--user", "--map-current-user", "--pid", "--fork", "--", "sh", "-c", warden, "warden"],
    ["bwrap", ...listBubblewrapOptions(stage, binds), "--"],
    ["prlimit", ...listLimits(), "--"],
    ["/ring3/node", ...forkFlags, "--wasm-lazy-validation", "--disable-warning=ExperimentalWarning"],
    ["/ring3/home/runner/zygote/main.js"],
  ].flat();
  // Each box has it anew: it is read to its end.
  const callFilter = openSync(stage.callFilter, "r");
  const child = spawn(command, args, {
    // A session of its own: what a terminal sends to the runner's group does not reach the box.
    detached: true,
    cwd: "/",
    env: { PATH: "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin" },
    stdio: ["ignore", "ignore", "pipe", "pipe", "pipe", ...held, callFilter],
  });
  closeSync(callFilter);
  const control = child.stdio[3] as Duplex;
  const lifeline = child.stdio[4] as Duplex;
  const kill = () => void lifeline.destroy();
  let complaint = "";
  (child.stderr as Readable).on("data", (chunk: Buffer) => (complaint = (complaint + String(chunk)).slice(-4_096)));
  lifeline.on("data", kill).on("end", kill).on("error", kill);
  control.on("end", kill).on("error", kill);
  const gone = new Promise<void>((resolve) => {
    child.on("error", (error) => {
      complaint ||= error.message;
      kill();
      resolve();
    });
    child.on("exit", () => {
      kill();
      resolve();
    });
  });
  return {
    control,
    pid: child.pid ?? 0,
    complaint: () => complaint.trim(),
    gone,
    kill: () => {
      kill();
      return gone;
    },
  };
}

/** Keeps from boxes what the runner was itself given by whoever started it: Node marks only its own descriptors close-on-exec. */
function keepInherited(): void {
  for (const fd of readdirSync("/proc/self/fd")
    .map(Number)
    .filter((fd) => fd > 2))
    try {
      fcntl(fd, F_SETFD, FD_CLOEXEC);
    } catch {
      // The descriptor by which the list was read.
    }
}

function listBubblewrapOptions(stage: Stage, binds: readonly Bind[]): string[] {
  const tmpfs = (folder: string) => ["--size", String(boxLimits.tmpfsBytes), "--tmpfs", folder];
  const bind = (from: string, to: string) => ["--ro-bind", from, to];
  return [
    bind("/usr", "/usr"),
    ["/bin", "/sbin", "/lib", "/lib32", "/lib64"].flatMap(listSystemFolder),
    bind(stage.etc, "/etc"),
    ["/etc/ld.so.cache", "/etc/alternatives"].flatMap((place) => ["--ro-bind-try", place, place]),
    ["--proc", "/proc", "--dev", "/dev"],
    ["/dev/shm", "/tmp", "/home/reader"].flatMap(tmpfs),
    ["--dir", "/run", "--dir", "/sys", "--dir", "/var", "--symlink", "/tmp", "/var/tmp"],
    bind(stage.home, "/ring3/home"),
    bind(stage.node, "/ring3/node"),
    binds.flatMap(({ from, to }) => bind(from, to)),
    // What is left of the root and of /dev is a tmpfs without a size.
    ["--remount-ro", "/dev", "--remount-ro", "/"],
    ["--unshare-all", "--unshare-user", "--disable-userns", "--uid", "1000", "--gid", "1000"],
    ["--seccomp", String(filterDescriptor)],
    ["--as-pid-1", "--die-with-parent", "--new-session", "--hostname", "ring3", "--chdir", "/home/reader"],
    ["--clearenv", "--setenv", "PATH", "/usr/local/bin:/usr/bin:/bin", "--setenv", "HOME", "/home/reader"],
    ["--setenv", "USER", "reader", "--setenv", "LANG", "C.UTF-8"],
  ].flat();
}

/** /bin and its kind: links into /usr on most systems, folders on others, absent on some. */
function listSystemFolder(folder: string): string[] {
  const state = lstatSync(folder, { throwIfNoEntry: false });
  if (state === undefined) return [];
  return state.isSymbolicLink() ? ["--symlink", readlinkSync(folder), folder] : ["--ro-bind", folder, folder];
}

/** Set inside the box's user namespace: outside, the limit on processes would count all that the user runs. */
function listLimits(): string[] {
  const limits: Readonly<Record<string, number>> = {
    nproc: boxLimits.processes,
    data: boxLimits.dataBytes,
    nofile: boxLimits.openFiles,
    fsize: boxLimits.fileBytes,
    cpu: boxLimits.cpuSeconds,
    core: 0,
  };
  return Object.entries(limits).map(([name, value]) => `--${name}=${value}:${value}`);
}
