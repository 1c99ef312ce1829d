/** All of our code that loads before the first interaction: it adds the buttons, watches the runner, and fetches the rest when it is needed, or when nothing else is to be done. */
import { CellElement } from "./cell-element.ts";
import { RunnerElement } from "./runner-element.ts";
import { startWhenIdle } from "./start.ts";

customElements.define("r3-runner", RunnerElement);
customElements.define("r3-cell", CellElement);
startWhenIdle();
