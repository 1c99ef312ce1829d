/**
 * What a box sees of us: a read-only copy, readable by everybody, named by what is in it. The checkout itself is never bound into a
 * box: it may stand in a home that the box's user cannot enter, and it holds more than a cell should see.
 */
import { createHash } from "node:crypto";
import {
  chmodSync,
  constants,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { stripTypeScriptTypes } from "node:module";
import { homedir } from "node:os";
import path from "node:path";
import { createCallFilter } from "./seccomp.ts";

export interface Stage {
  /** Our files as they lie in the checkout: package.json, schema/, native/, runner/zygote/. */
  readonly home: string;
  /** A small /etc. */
  readonly etc: string;
  readonly node: string;
  /** The filter of system calls, as bubblewrap reads it. */
  readonly callFilter: string;
}

const checkout = path.resolve(import.meta.dirname, "..");
const callFilterFile = "seccomp.bpf";
const unusedDays = 7;

/** The few files of /etc without which programs complain. The reader of the course is `reader`. */
const etc: Readonly<Record<string, string>> = {
  passwd:
    "root:x:0:0:root:/:/bin/sh\nreader:x:1000:1000:reader:/home/reader:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n",
  group: "root:x:0:\nreader:x:1000:\nnogroup:x:65534:\n",
  hosts: "127.0.0.1 localhost ring3\n::1 localhost\n",
  hostname: "ring3\n",
  "nsswitch.conf": "passwd: files\ngroup: files\nhosts: files\n",
  // The host's own are bound over these two.
  "ld.so.cache": "",
  "alternatives/.keep": "",
};

/** Where stages are kept: for root one place for the machine, else the user's cache. */
export function findCache(uid = process.getuid?.() ?? 0, env: NodeJS.ProcessEnv = process.env): string {
  if (uid === 0) return "/var/cache/ring3";
  const given = env["XDG_CACHE_HOME"] ?? "";
  // "All paths must be absolute": the XDG Base Directory Specification has others ignored.
  return path.join(path.isAbsolute(given) ? given : path.join(homedir(), ".cache"), "ring3");
}

/** Makes the stage where it is not there yet; a few milliseconds where it is. Throws where the addon has not been built, or others can write. */
export function prepareStage(cache = findCache(), root = checkout): Stage {
  makeFolder(cache);
  refuseForeign(cache);
  const files = listFiles(root);
  const home = stageFolder(cache, "home", nameByStamps(root, files), (folder) => {
    for (const file of files) stageFile(path.join(root, file), path.join(folder, file));
    for (const [name, text] of Object.entries(etc)) writeReadable(path.join(folder, "etc", name), text);
    writeReadable(path.join(folder, callFilterFile), createCallFilter());
  });
  const node = stageFolder(cache, "node", nameByStamps("/", [process.execPath]), (folder) =>
    copyReadable(process.execPath, path.join(folder, "node"), 0o755),
  );
  removeUnused(cache);
  return {
    home,
    etc: path.join(home, "etc"),
    node: path.join(node, "node"),
    callFilter: path.join(home, callFilterFile),
  };
}

/** The files of ours that run in a box, relative to `root`. */
function listFiles(root: string): string[] {
  const addon = path.join("native", "build", "posix.node");
  if (!existsSync(path.join(root, addon)))
    throw new Error(`the addon is not built (${addon}): run \`npm start\` first`);
  const sources = ["schema", "native", "simulator", path.join("runner", "zygote")].flatMap((room) =>
    readdirSync(path.join(root, room), { recursive: true, encoding: "utf8" })
      .filter(
        (name) =>
          /\.(?:ts|mjs)$/.test(name) && !/\.d\.mts$|\.test(?:ing)?\.ts$|^(?:bench|fixtures|testing)\b/.test(name),
      )
      .map((name) => path.join(room, name)),
  );
  return ["package.json", addon, ...sources].toSorted();
}

/** TypeScript is staged as JavaScript, so that no zygote strips it again at its start (some 30 ms). */
function stageFile(from: string, to: string): void {
  if (!from.endsWith(".ts")) return copyReadable(from, to);
  const code = stripTypeScriptTypes(readFileSync(from, "utf8"));
  writeReadable(to.replace(/\.ts$/, ".js"), code.replaceAll(/(["'])(\.{1,2}\/[^"'\n]*)\.ts\1/g, "$1$2.js$1"));
}

/** A name that changes whenever one of the files was touched: path, size and time of change, as `make` does it but for both directions. */
function nameByStamps(root: string, files: readonly string[]): string {
  const hash = createHash("sha256").update(JSON.stringify(etc)).update(createCallFilter());
  for (const file of files) {
    const { size, mtimeMs } = statSync(path.join(root, file));
    hash.update(`${path.join(root, file)} ${size} ${mtimeMs}\n`);
  }
  return hash.digest("hex").slice(0, 24);
}

/** The folder for `name`, filled by `fill` under another name first, so that nobody ever meets a half-filled one. */
function stageFolder(cache: string, kind: string, name: string, fill: (folder: string) => void): string {
  const folder = path.join(cache, `${kind}-${name}`);
  if (!existsSync(folder)) {
    const draft = path.join(cache, `draft-${process.pid}-${kind}-${name}`);
    rmSync(draft, { recursive: true, force: true });
    makeFolder(draft);
    fill(draft);
    try {
      renameSync(draft, folder);
    } catch (error) {
      // Another runner was faster; its folder is as good.
      rmSync(draft, { recursive: true, force: true });
      if (!existsSync(folder)) throw error;
    }
  }
  const now = new Date();
  utimesSync(folder, now, now);
  return folder;
}

/** What stands in the cache is run unread, so nobody else may be able to put it there. */
function refuseForeign(cache: string): void {
  const { uid, mode } = statSync(cache);
  if (uid === process.getuid?.() && (mode & 0o022) === 0) return;
  throw new Error(`${cache} belongs to somebody else, or others may write there: remove it, or set XDG_CACHE_HOME`);
}

/** Removes what no runner has used for a week. */
function removeUnused(cache: string): void {
  const oldest = Date.now() - unusedDays * 24 * 3_600_000;
  for (const name of readdirSync(cache)) {
    if (!/^(home|node|draft)-/.test(name)) continue;
    const folder = path.join(cache, name);
    const state = statSync(folder, { throwIfNoEntry: false });
    if (state !== undefined && state.mtimeMs < oldest) rmSync(folder, { recursive: true, force: true });
  }
}

function copyReadable(from: string, to: string, mode = 0o644): void {
  makeFolder(path.dirname(to));
  copyFileSync(from, to, constants.COPYFILE_FICLONE);
  chmodSync(to, mode);
}

function writeReadable(file: string, content: string | Uint8Array): void {
  makeFolder(path.dirname(file));
  writeFileSync(file, content);
  chmodSync(file, 0o644);
}

/** Readable by everybody, whatever the umask. */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  makeFolder(path.dirname(folder));
  mkdirSync(folder);
  chmodSync(folder, 0o755);
}
