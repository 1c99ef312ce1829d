import { spawn } from "node:child_process";

/**
 * Runs one command as a named step: says that it began, how long it takes (on a terminal, as it runs) and that it is done;
 * its output is shown only when it fails, and then ends the whole.
 */
export async function runStep(title, [command, ...args], options = {}) {
  const began = Date.now();
  const seconds = () => ((Date.now() - began) / 1000).toFixed(1);
  const live = process.stderr.isTTY;
  process.stderr.write(live ? `${title} …` : `${title} …\n`);
  const ticker = live && setInterval(() => process.stderr.write(`\r${title} … ${seconds()} s`), 200);
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"], ...options });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += chunk));
  const status = await new Promise((resolve) => {
    child.on("error", (error) => {
      output += `${error.message}\n`;
      resolve(-1);
    });
    child.on("close", resolve);
  });
  clearInterval(ticker);
  process.stderr.write(`${live ? "\r" : ""}${title}: ${status === 0 ? "done" : "failed"} in ${seconds()} s\n`);
  if (status === 0) return;
  process.stderr.write(`${output}\n${[command, ...args].join(" ")} ended with status ${status}\n`);
  process.exit(1);
}
