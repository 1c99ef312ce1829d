/** What this machine can do for live cells, and the one command that adds what is missing. */
import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { availableParallelism, release } from "node:os";
import type { Capability } from "../schema/command.ts";
import { chooseBoxUser } from "./user.ts";

const probeTimeoutMs = 3_000;

/** Probes that take a few milliseconds each, at once. */
export async function probeCapabilities(): Promise<Capability[]> {
  const [bubblewrap, userNamespaces, compiler] = await Promise.all([
    probeBubblewrap(),
    probeUserNamespaces(),
    probeCompiler(),
  ]);
  const known = [probeChromium(), probeCgroup(), probeProcessors()];
  return [probeKernel(), probeNode(), bubblewrap, userNamespaces, compiler, ...known];
}

function probeKernel(): Capability {
  const [major = 0, minor = 0] = release().split(".").map(Number);
  const ok = major > 5 || (major === 5 && minor >= 4);
  return {
    name: "kernel",
    ok,
    detail: `Linux ${release()}`,
    ...(!ok && { remedy: "Linux 5.4 or newer is needed, for pidfd_open(2)" }),
  };
}

function probeNode(): Capability {
  const ok = process.versions.node.startsWith("24.");
  return { name: "node", ok, detail: `Node ${process.versions.node}`, ...(!ok && { remedy: "npm start" }) };
}

async function probeBubblewrap(): Promise<Capability> {
  const version = await runProbe("bwrap", ["--version"]);
  if (version.ok) return { name: "bubblewrap", ok: true, detail: version.text };
  return {
    name: "bubblewrap",
    ok: false,
    detail: "live cells run in a box that bubblewrap makes",
    remedy: "sudo apt-get install bubblewrap",
  };
}

/** As the user that boxes have; a kernel, a distribution or a container may forbid it. */
async function probeUserNamespaces(): Promise<Capability> {
  const user = chooseBoxUser();
  const identity = user !== null && process.getuid?.() === 0 ? user : {};
  const probe = await runProbe("unshare", ["--user", "--map-current-user", "--pid", "--fork", "--", "true"], identity);
  if (probe.ok) return { name: "userns", ok: true, detail: "unprivileged user namespaces" };
  const restricted = readNumber("/proc/sys/kernel/apparmor_restrict_unprivileged_userns") === 1;
  const remedy = restricted
    ? "sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0"
    : "sudo sysctl user.max_user_namespaces=10000 kernel.unprivileged_userns_clone=1";
  return { name: "userns", ok: false, detail: `this machine refuses user namespaces: ${probe.text}`, remedy };
}

async function probeCompiler(): Promise<Capability> {
  const version = await runProbe("cc", ["--version"]);
  if (version.ok) return { name: "cc", ok: true, detail: version.text };
  return { name: "cc", ok: false, detail: "cells in C need a compiler", remedy: "sudo apt-get install gcc libc6-dev" };
}

function probeChromium(): Capability {
  const known = [process.env["CHROMIUM"], "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
  const found = known.find((path) => path !== undefined && existsSync(path));
  if (found !== undefined) return { name: "chromium", ok: true, detail: found };
  return { name: "chromium", ok: false, detail: "only the tests need it", remedy: "sudo apt-get install chromium" };
}

function probeCgroup(): Capability {
  const unified = existsSync("/sys/fs/cgroup/cgroup.controllers");
  const hybrid = existsSync("/sys/fs/cgroup/unified/cgroup.controllers");
  const detail = unified ? "cgroup v2" : hybrid ? "cgroup v1 with an empty v2 beside it (hybrid)" : "cgroup v1";
  return {
    name: "cgroup2",
    ok: unified,
    detail,
    ...(!unified && { remedy: "boot with systemd.unified_cgroup_hierarchy=1 on the kernel's command line" }),
  };
}

function probeProcessors(): Capability {
  const count = availableParallelism();
  const ok = count > 1;
  return {
    name: "smp",
    ok,
    detail: `${count} processor${ok ? "s" : ""}`,
    ...(!ok && { remedy: "give the machine a second processor" }),
  };
}

interface Probe {
  readonly ok: boolean;
  /** The first line that it printed. */
  readonly text: string;
}

function runProbe(
  command: string,
  args: readonly string[],
  identity: { uid?: number; gid?: number } = {},
): Promise<Probe> {
  return new Promise((resolve) => {
    const options = { timeout: probeTimeoutMs, cwd: "/", ...identity };
    execFile(command, args, options, (error, stdout, stderr) =>
      resolve({ ok: error === null, text: firstLine(stdout) || firstLine(stderr) || (error?.message ?? "") }),
    );
  });
}

function firstLine(text: string): string {
  return text.trim().split("\n")[0] ?? "";
}

function readNumber(file: string): number | null {
  try {
    return Number(readFileSync(file, "utf8"));
  } catch {
    return null;
  }
}
