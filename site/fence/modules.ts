/** What simulated cells may import, as one module: its parts share one `Call`, and the page fetches it when a cell imports something. */
import * as ring3 from "../../schema/call.ts";
import * as simulator from "../../simulator/index.ts";

export const modules = { ring3, "ring3/simulator": simulator };
