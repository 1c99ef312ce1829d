import { round } from "../tree.ts";

/** The head of an arrow that points along `angle` and ends at a point. */
export function drawTip(x: number, y: number, angle: number, length = 8): string {
  const side = (turn: number): string =>
    `${round(x - length * Math.cos(angle + turn))} ${round(y - length * Math.sin(angle + turn))}`;
  return `M${round(x)} ${round(y)}L${side(0.42)}L${side(-0.42)}z`;
}
