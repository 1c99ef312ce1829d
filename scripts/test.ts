/**
 * The whole test suite: `npm test`, or some of its parts: `npm test -- unit browser`.
 * Ends with `N passed, N failed`, whatever happens; a skip prints its reason.
 */
import { runBrowserTests } from "./test-browser.ts";
import { runChecks } from "./test-check.ts";
import { addTallies, type Tally } from "./tally.ts";
import { runUnitTests } from "./test-unit.ts";
import { runVerify } from "./test-verify.ts";

const parts: Record<string, () => Promise<Tally>> = {
  check: runChecks,
  unit: runUnitTests,
  verify: runVerify,
  browser: runBrowserTests,
};

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !Object.hasOwn(parts, name));
if (unknown.length > 0) {
  console.error(`No such part: ${unknown.join(", ")}. There are ${Object.keys(parts).join(", ")}.`);
  process.exit(2);
}

const tallies: Tally[] = [];
for (const [name, run] of Object.entries(parts)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const began = Date.now();
  console.log(`\n── ${name} ──`);
  const tally = await run().catch((error: unknown): Tally => {
    console.error(error);
    return { passed: 0, failed: 1, skipped: [] };
  });
  console.log(
    `${name}: ${tally.passed} passed, ${tally.failed} failed in ${((Date.now() - began) / 1000).toFixed(1)} s`,
  );
  tallies.push(tally);
}
const total = addTallies(tallies);
for (const reason of total.skipped) console.log(`skipped: ${reason}`);
console.log(`\n${total.passed} passed, ${total.failed} failed`);
process.exit(total.failed === 0 && total.passed > 0 ? 0 : 1);
