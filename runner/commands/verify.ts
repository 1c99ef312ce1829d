import path from "node:path";
import type { Command } from "commander";
import { probeCapabilities } from "../capabilities.ts";
import { createMachines } from "../machines.ts";
import { prepareStage } from "../stage.ts";

interface VerifyOptions {
  readonly update?: boolean;
  readonly json?: boolean;
}

export function addVerify(program: Command): void {
  program
    .command("verify")
    .description(
      "run every cell of every chapter on its kernels, without a browser, and compare with what the chapters say",
    )
    .argument("[paths...]", "chapters or folders of chapters; all of content/ when absent")
    .option(
      "--update",
      "record samples that are missing or stale, and rewrite output blocks, keeping their placeholders",
    )
    .option("--json", "print one JSON document; progress goes to stderr")
    .action(verify);
}

async function verify(paths: readonly string[], { update = false, json = false }: VerifyOptions): Promise<void> {
  // The type checker alone takes longer to load than all other commands.
  const [{ readChapters }, { verifyChapters }, { adviseUpdate, describe, summarize }] = await Promise.all([
    import("../verify/find.ts"),
    import("../verify/verify.ts"),
    import("../verify/print.ts"),
  ]);
  const stream = json ? process.stderr : process.stdout;
  const began = performance.now();
  const chapters = readChapters(paths);
  const machines = createMachines({ stage: prepareStage() });
  try {
    const findings = await verifyChapters(chapters, {
      machines,
      capabilities: await probeCapabilities(),
      update,
      onFinding: (finding) => stream.write(describe(finding, stream)),
      onUpdate: (file, what) => stream.write(`wrote ${path.relative(process.cwd(), path.resolve(file))}: ${what}\n`),
    });
    const report = summarize(findings);
    if (json) process.stdout.write(`${JSON.stringify(report)}\n`);
    const seconds = ((performance.now() - began) / 1_000).toFixed(1);
    stream.write(`${report.passed} passed, ${report.failed} failed, ${report.skipped} skipped in ${seconds} s\n`);
    if (report.failed > 0 && !update) stream.write(adviseUpdate(findings));
    process.exitCode = report.failed === 0 ? 0 : 1;
  } finally {
    await machines.close();
  }
}
