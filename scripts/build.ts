/** `npm run build`: the static site into dist/. Problems of chapters are told without a stack: they name file, line and column. */
import { buildSite } from "../site/build.ts";
import { ChapterProblems } from "../site/problems.ts";

try {
  await buildSite();
} catch (error) {
  if (!(error instanceof ChapterProblems)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
