// For `astro dev` and `astro check`; a build goes through site/build.ts, which checks the chapters first.
import { defineConfig } from "astro/config";
import { configureSite } from "./site/config.ts";
import { readOptions } from "./site/options.ts";
import { prepareSite } from "./site/prepare.ts";

const options = readOptions();

export default defineConfig(configureSite(options, await prepareSite(options)));
