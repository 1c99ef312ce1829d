/** The colours of processes, kernels and words, as the style sheet has them, against both backgrounds and three kinds of colour blindness. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";

type Rgb = readonly [number, number, number];

const css = readFileSync(new URL("styles/page.css", import.meta.url), "utf8");
const [, dark = "", light = ""] = /:root \{([^}]*)\}\s*:root\[data-theme="light"\] \{([^}]*)\}/.exec(css) ?? [];
const readColour = (block: string, name: string): Rgb => {
  const hex = new RegExp(`--${name}: #([0-9a-f]{6});`).exec(block)?.[1];
  assert.ok(hex, name);
  return [0, 2, 4].map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255) as unknown as Rgb;
};
const linear = (value: number): number => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
const luminance = (colour: Rgb): number => {
  const [r, g, b] = colour.map(linear) as unknown as Rgb;
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
/** Contrast ratio of WCAG 2. */
const contrast = (a: Rgb, b: Rgb): number => {
  const [low = 0, high = 0] = [luminance(a), luminance(b)].toSorted((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
};

/** Severe dichromacy on linear RGB: Machado, Oliveira, Fernandes 2009, table 1. */
const eyes: Readonly<Record<string, readonly Rgb[]>> = {
  protanopia: [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
  deuteranopia: [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
  tritanopia: [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]],
  full: [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
}; // prettier-ignore
/** OKLab of a colour as seen by an eye: distances in it are about perceptual. */
function see(colour: Rgb, eye: readonly Rgb[]): Rgb {
  const seen = eye.map((row) =>
    Math.max(
      0,
      row.reduce((sum, factor, index) => sum + factor * linear(colour[index]!), 0),
    ),
  );
  const [r = 0, g = 0, b = 0] = seen;
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}
const distance = (a: Rgb, b: Rgb): number => Math.hypot(...a.map((value, index) => value - b[index]!));

const white: Rgb = [1, 1, 1];
const night = [0x17, 0x18, 0x1c].map((value) => value / 255) as unknown as Rgb;

for (const [theme, block, background] of [
  ["light", light, white],
  ["dark", dark, night],
] as const) {
  const processes = [1, 2, 3, 4, 5, 6, 7, 8].map((index) => readColour(block, `process-${index}`));
  test(`every process colour stands out from the ${theme} background (3 to 1, WCAG 1.4.11)`, () => {
    for (const colour of processes) assert.ok(contrast(colour, background) >= 3, String(colour));
  });
  for (const [name, eye] of Object.entries(eyes))
    test(`no two process colours look alike in the ${theme} theme: ${name}`, () => {
      const seen = processes.map((colour) => see(colour, eye));
      const pairs = seen.flatMap((a, i) =>
        seen.slice(i + 1).map((b, j) => [distance(a, b), i + 1, i + j + 2] as const),
      );
      const [least, first, second] = pairs.toSorted((a, b) => a[0] - b[0])[0]!;
      assert.ok(least >= 0.1, `process-${first} and process-${second}: ${least.toFixed(3)}`);
    });
  test(`a name on a block, which has a quarter of its process's colour, is readable in the ${theme} theme (4.5 to 1)`, () => {
    for (const colour of processes) {
      const tint = colour.map((value, index) => 0.26 * value + 0.74 * background[index]!) as unknown as Rgb;
      assert.ok(contrast(readColour(block, "r3-ink"), tint) >= 4.5, String(colour));
    }
  });
  test(`words and kernels are readable in the ${theme} theme (4.5 to 1)`, () => {
    for (const name of ["r3-quiet", "r3-ink", "r3-bad", "r3-good"])
      assert.ok(contrast(readColour(block, name), background) >= 4.5, name);
    for (const name of ["r3-sim", "r3-live"])
      assert.ok(contrast(readColour(block, name), readColour(block, "r3-on-kernel")) >= 4.5, name);
  });
}
