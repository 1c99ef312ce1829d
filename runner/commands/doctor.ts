import type { Command } from "commander";
import type { Capability, DoctorReport } from "../../schema/command.ts";
import { probeCapabilities } from "../capabilities.ts";
import { startMachine } from "../machine.ts";
import { prepareStage } from "../stage.ts";

export function addDoctor(program: Command): void {
  program
    .command("doctor")
    .description("say what this machine can do for live cells, and the one command that adds what is missing")
    .option("--json", "print one JSON document")
    .action(async (options: { json?: boolean }) => {
      const capabilities = [...(await probeCapabilities()), await probeBox()];
      if (options.json) process.stdout.write(`${JSON.stringify({ capabilities } satisfies DoctorReport)}\n`);
      else for (const capability of capabilities) process.stdout.write(describe(capability));
      process.exitCode = capabilities.find((one) => one.name === "box")?.ok ? 0 : 1;
    });
}

function describe({ name, ok, detail, remedy }: Capability): string {
  const lines = [
    `${ok ? "✔" : "✘"} ${name.padEnd(12)} ${detail}`,
    ...(remedy === undefined ? [] : [`${" ".repeat(15)}→ ${remedy}`]),
  ];
  return `${lines.join("\n")}\n`;
}

/** The proof of all the others: a box that starts. */
async function probeBox(): Promise<Capability> {
  const began = performance.now();
  try {
    const machine = startMachine(prepareStage(), true);
    await machine.ready;
    const ms = Math.round(performance.now() - began);
    await machine.kill();
    return { name: "box", ok: true, detail: `ready for live cells after ${ms} ms` };
  } catch (error) {
    return {
      name: "box",
      ok: false,
      detail: error instanceof Error ? error.message : String(error),
      remedy: "see what is marked ✘ above",
    };
  }
}
