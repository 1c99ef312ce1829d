import assert from "node:assert/strict";
import test from "node:test";
import { readBlocks } from "./blocks.ts";

const only = (markdown: string) => {
  const { blocks } = readBlocks(markdown);
  assert.equal(blocks.length, 1);
  return blocks[0]!;
};

const placed: readonly [why: string, markdown: string, source: string, line: number, column: number][] = [
  ["at the margin", "# 😀\n\n```ts sim\nlet a\n```\n", "let a", 4, 1],
  ["in a list, indented", "- 日本\n\n  ```ts sim\n  let a\n\n    let b\n  ```\n", "let a\n\n  let b", 4, 3],
  ["in a numbered list, by a tab", "1. x\n\t```ts sim\n\tlet a\n\t```\n", "let a", 3, 2],
  ["in a quotation", "> text\n>\n> ```ts sim\n> let a\n> ```\n", "let a", 4, 3],
  ["in a list in a quotation", "> - x\n>\n>   ~~~ts sim\n>   let a\n>   ~~~\n", "let a", 4, 5],
  ["with a fence that is indented itself", "   ```ts sim\n   let a\n  let b\n   ```\n", "let a\nlet b", 2, 4],
  ["with an empty first line", "```ts sim\n\nlet a\n```\n", "\nlet a", 2, 1],
  ["empty", "```ts sim\n```\n", "", 2, 1],
];
for (const [why, markdown, source, line, column] of placed)
  test(`a block ${why} has its text and the place of its first character`, () => {
    for (const text of [markdown, `\uFEFF${markdown}`, markdown.replaceAll("\n", "\r\n")]) {
      const block = only(text);
      assert.deepEqual([block.source, block.start, block.closed], [source, { line, column }, true]);
    }
  });

test("a place names the character of the Markdown that the source begins with", () => {
  for (const [, markdown, source, line, column] of placed)
    if (source[0] && source[0] !== "\n") assert.equal(markdown.split("\n")[line - 1]![column - 1], source[0]);
});

test("a fence in a fence belongs to the outer block", () => {
  const block = only("````md\n```ts sim\nlet a\n```\n````\n");
  assert.deepEqual([block.language, block.source], ["md", "```ts sim\nlet a\n```"]);
});

test("an indented block is no fenced block", () => assert.deepEqual(readBlocks("    ts sim\n").blocks, []));

test("the words of an info string have their places", () => {
  const { language, words } = only("- x\n\n  ```ts  sim   name=a\n  ```\n");
  assert.equal(language, "ts");
  assert.deepEqual(words, [
    { text: "sim", line: 3, column: 10 },
    { text: "name=a", line: 3, column: 16 },
  ]);
});

test("a fence that nothing closes is told apart from one that is closed", () => {
  const closed = (markdown: string) => only(markdown).closed;
  assert.equal(closed("```ts sim\nlet a\n"), false);
  assert.equal(closed("```ts sim"), false);
  assert.equal(closed("````ts sim\nlet a\n```\n"), false);
  assert.equal(closed("```ts sim\nlet a\n~~~\n"), false);
  assert.equal(closed("- x\n\n  ```ts sim\n  let a\n\ntext\n"), false);
  assert.equal(closed("> ```ts sim\n> let a\n\ntext\n"), false);
  assert.equal(closed("```ts sim\n> ```"), false);
  assert.equal(closed("```ts sim\nlet a\n`````  \n"), true);
});

test("the title comes from the front matter, with or without quotes", () => {
  for (const title of ["Pipes: ä", '"Pipes: ä"', "'Pipes: ä'"])
    assert.equal(readBlocks(`---\ntitle: ${title}\norder: 1\n---\n`).title, "Pipes: ä");
  assert.equal(readBlocks("# No front matter\n").title, null);
});
