/** Builds the static site into dist/; errors of chapters name file, line and column. */
import { buildSite } from "../site/build.ts";

await buildSite();
