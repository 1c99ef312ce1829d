import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { buildSite } from "./build.ts";
import { ChapterProblems } from "./problems.ts";
import { weighPage } from "./size.ts";

const folder = mkdtempSync(join(tmpdir(), "ring3-site-"));
after(() => rmSync(folder, { recursive: true, force: true }));

test("chapters with problems: all are named with file, line and column, and the built site stays as it was", async () => {
  const contentDir = join(folder, "broken");
  const outDir = join(folder, "kept");
  mkdirSync(join(contentDir, "1-part"), { recursive: true });
  mkdirSync(outDir);
  writeFileSync(join(outDir, "index.html"), "before");
  writeFileSync(join(contentDir, "1-part/01-a.md"), "---\ntitle: A\n---\n\n```ts sim colour=red\n1;\n```\n");
  writeFileSync(join(contentDir, "1-part/02-b.md"), "---\ntitle: B\n---\n\n```output\nx\n```\n");
  await assert.rejects(buildSite({ contentDir, outDir }), (error) => {
    assert.ok(error instanceof ChapterProblems);
    assert.match(error.message, /01-a\.md:5:\d+: .*colour/);
    assert.match(error.message, /02-b\.md:5:1: /);
    return true;
  });
  assert.deepEqual(readdirSync(outDir), ["index.html"]);
  assert.deepEqual(readdirSync(folder).toSorted(), ["broken", "kept"]);
});

test("front matter that is no YAML is a problem with file and line", async () => {
  const contentDir = join(folder, "front-matter");
  const outDir = join(folder, "none");
  mkdirSync(join(contentDir, "1-part"), { recursive: true });
  writeFileSync(join(contentDir, "1-part/01-a.md"), "---\ntitle: [A\nof: b\n---\n\nText.\n");
  await assert.rejects(buildSite({ contentDir, outDir }), (error) => {
    assert.ok(error instanceof ChapterProblems);
    assert.match(error.message, /01-a\.md:3:\d+: /);
    return true;
  });
  assert.equal(existsSync(outDir), false);
});

test("a built site", async (t) => {
  const outDir = join(folder, "dist");
  await buildSite({
    contentDir: fileURLToPath(new URL("fixtures/content", import.meta.url)),
    outDir,
    base: "/course/",
  });
  const pages = readdirSync(outDir, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".html"));
  const read = (name: string): string => readFileSync(join(outDir, name), "utf8");
  const chapter = read("samples/everything/index.html");

  await t.test("every page has its policy, in itself and for the server", () => {
    const policies = JSON.parse(read("policy.json")) as Record<string, string>;
    assert.equal(Object.keys(policies).length, pages.length);
    for (const name of pages) {
      const policy = policies[`/${name}`.replace(/\/index\.html$/, "/")];
      assert.ok(policy, name);
      assert.doesNotMatch(policy, /unsafe/);
      const own = /http-equiv="Content-Security-Policy" content="([^"]+)"/.exec(read(name))?.[1];
      assert.ok(own && policy.startsWith(own), name);
    }
  });
  await t.test("no page styles by attribute, and none loads anything from elsewhere", () => {
    for (const name of pages) {
      assert.doesNotMatch(read(name), /<[a-z][^>]*\sstyle="/, name);
      assert.doesNotMatch(read(name), /<(?:script|link|img|iframe)[^>]*(?:src|href)="(?:https?:)?\/\//, name);
    }
  });
  await t.test("everything that a page names under the base is there", () => {
    for (const name of pages)
      for (const [, path = ""] of read(name).matchAll(
        /(?:src|href|data-(?:chapter|fence|worker|modules))="\/course\/([^"#]*)"/g,
      ))
        assert.ok(
          existsSync(join(outDir, path.endsWith("/") || path === "" ? `${path}index.html` : path)),
          `${name}: ${path}`,
        );
  });
  await t.test("the page is complete without JavaScript", () => {
    for (const text of [
      "2049 bytes in stream mode",
      "writing 2049 bytes",
      "hello from the child",
      "4099",
      "A solution",
      "n * 2",
      "killed by SIGPIPE",
    ])
      assert.ok(chapter.replace(/<[^>]+>/g, "").includes(text), text);
  });
  await t.test("every step stays within its budget", () => {
    for (const { name, bytes, budget } of weighPage(outDir, "samples/everything", "/course/"))
      assert.ok(bytes > 500 && bytes <= budget, `${name}: ${bytes} of ${budget} bytes`);
  });
});
