// Builds the addon: `node native/build.mjs [--asan]`. Plain g++; runs under Node 20, before anything else of ours can.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const sources = join(here, "src");
const output = join(here, "build");
const require = createRequire(import.meta.url);

const releaseFlags = ["-O2", "-DNDEBUG"];
const sanitizerFlags = [
  "-O1",
  "-g",
  "-fno-omit-frame-pointer",
  "-fsanitize=address,undefined",
  "-fno-sanitize=vptr",
  "-fno-sanitize-recover=all",
];

/** The folder of an installed package that holds `file`; says what to do where it is missing. */
function findHeaders(name, folder, file) {
  let root;
  try {
    root = dirname(require.resolve(`${name}/package.json`));
  } catch {
    throw new Error(`The addon needs the headers of the package ${name}. Run: npm install`);
  }
  if (!existsSync(join(root, folder, file)))
    throw new Error(`The package ${name} lacks ${folder}/${file}. Run: npm install`);
  return { path: join(root, folder), version: JSON.parse(readFileSync(join(root, "package.json"), "utf8")).version };
}

function describeBuild(sanitize) {
  const node = findHeaders(`node-linux-${process.arch}`, "include/node", "node_api.h");
  const wrapper = findHeaders("node-addon-api", ".", "napi.h");
  const command = [
    process.env.CXX || "g++",
    ..."-x c++ -std=c++20 -shared -fPIC -fvisibility=hidden -Wall -Wextra -Wno-cast-function-type".split(" "),
    ...(sanitize ? sanitizerFlags : releaseFlags),
    "-DNAPI_VERSION=9",
    "-DNAPI_CPP_EXCEPTIONS",
    "-isystem",
    node.path,
    "-isystem",
    wrapper.path,
    "-I",
    sources,
  ];
  return { command, versions: [node.version, wrapper.version] };
}

/** One unit that includes every file: node-addon-api's templates are read once, so the whole takes seconds, not half a minute. */
const readUnit = () =>
  readdirSync(sources)
    .filter((name) => name.endsWith(".cc"))
    .toSorted()
    .map((name) => `#include "${name}"\n`)
    .join("");

function hashInputs({ command, versions }) {
  const hash = createHash("sha256").update(JSON.stringify([command, versions]));
  for (const name of readdirSync(sources).toSorted()) hash.update(name).update(readFileSync(join(sources, name)));
  return hash.digest("hex");
}

function compile(command, target) {
  const temporary = `${target}.${process.pid}`;
  const result = spawnSync(command[0], [...command.slice(1), "-o", temporary, "-"], {
    input: readUnit(),
    encoding: "utf8",
  });
  if (result.error?.code === "ENOENT")
    throw new Error(
      `The addon needs a C++ compiler, and there is no ${command[0]}. On Debian and Ubuntu: apt-get install -y g++`,
    );
  if (result.error) throw result.error;
  if (result.status !== 0) {
    rmSync(temporary, { force: true });
    throw new Error(`The addon does not compile:\n${result.stderr}`);
  }
  renameSync(temporary, target);
}

const addonPath = (sanitize) => join(output, sanitize ? "posix.asan.node" : "posix.node");
const stampPath = (sanitize) => `${addonPath(sanitize)}.sha256`;

/** Whether the addon is there and its sources, headers and command are those that it was built from. */
export function addonIsCurrent({ sanitize = false } = {}) {
  if (!existsSync(addonPath(sanitize)) || !existsSync(stampPath(sanitize))) return false;
  return readFileSync(stampPath(sanitize), "utf8") === hashInputs(describeBuild(sanitize));
}

/**
 * Builds the addon where its sources, headers or command have changed since the last time.
 * @param {{ sanitize?: boolean }} [options] `sanitize`: the flavour that watches memory (AddressSanitizer)
 * @returns {{ path: string, built: boolean }} where it is, and whether it had to be built
 */
export function buildAddon({ sanitize = false } = {}) {
  const path = addonPath(sanitize);
  if (addonIsCurrent({ sanitize })) return { path, built: false };
  const build = describeBuild(sanitize);
  const hash = hashInputs(build);
  mkdirSync(output, { recursive: true });
  compile(build.command, path);
  writeFileSync(stampPath(sanitize), hash);
  return { path, built: true };
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  try {
    const { path, built } = buildAddon({ sanitize: process.argv.includes("--asan") });
    console.log(`${path} ${built ? "built" : "is up to date"}`);
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
