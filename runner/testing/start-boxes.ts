/** A runner to be killed: starts boxes one after another, each with processes that resist, on the stage in the cache argv[2]. */
import { startMachine } from "../machine.ts";
import { prepareStage } from "../stage.ts";
import { createRequest } from "./machine.ts";

const stage = prepareStage(process.argv[2]);
process.stdout.write("up\n");
for (;;) {
  const machine = startMachine(stage, true);
  await machine.ready;
  const source = "for i in 1 2 3; do setsid sh -c 'trap \"\" TERM HUP; sleep 1000' & done; wait";
  machine.run("run", createRequest({ source, language: "sh" }), () => {});
  await new Promise((resolve) => setTimeout(resolve, 30));
}
