import { expect, test } from "vitest";
import { printAlone } from "../../../../../functions/stages/ocr/clean-up/print-alone.ts";
import type { PageImage } from "../../../../../functions/stages/ocr/page-image.ts";
import { Canvas } from "../../../../../packages/lab/evaluate/ocr/families/canvas.ts";

async function map(hasLines: boolean): Promise<PageImage> {
  const canvas = await Canvas.open(300, 200, ["Helvetica"]);
  if (hasLines) {
    canvas.box(4, 4, 292, 192, { border: 0, thickness: 1 });
    canvas.line(230, 4, 230, 196, { thickness: 1 });
    for (const radius of [20, 40]) canvas.ellipse(60, 140, radius, radius, { border: 0.3, thickness: 1 });
  }
  canvas.text(120, 60, "Old Quarry", { font: "Helvetica", size: 12 });
  canvas.text(110, 120, "Lighthouse", { font: "Helvetica", size: 16 });
  return (await canvas.drawn(150)).page;
}

test("the letters on a map stay as they are, its lines are painted over", async () => {
  const [plain, lined] = await Promise.all([map(false), map(true)]);

  expect(largestDifference(printAlone(lined), plain)).toBeLessThan(8);
  expect(largestDifference(lined, plain)).toBeGreaterThan(100);
});

const largestDifference = (one: PageImage, other: PageImage): number =>
  one.grey.reduce((largest, value, at) => Math.max(largest, Math.abs(value - (other.grey[at] ?? 0))), 0);
