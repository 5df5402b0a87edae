import { expect, test } from "vitest";
import { surveyOf } from "../../../../../functions/stages/ocr/clean-up/survey.ts";
import { Canvas } from "../../../../../packages/lab/evaluate/ocr/families/canvas.ts";

test("a page that is a dark window with a shadow around it is surveyed by the print in the window", async () => {
  const canvas = await Canvas.open(600, 400, ["Helvetica"]);
  for (let reach = 20; reach > 0; reach -= 2)
    canvas.box(40 - reach, 30 - reach, 520 + 2 * reach, 330 + 2 * reach, { fill: 0.5 + reach / 40 });
  canvas.box(40, 30, 520, 330, { fill: 0.15 });
  for (let y = 60; y < 340; y += 56)
    canvas.text(60, y, "Grey words on a dark window tell what to do next", { font: "Helvetica", size: 8, ink: 0.7 });
  const { page } = await canvas.drawn(144);

  const { letters, needs } = surveyOf(page);

  expect(needs).toMatchObject({ dark: false, panels: [expect.anything()] });
  expect(letters).toBeGreaterThan(150);
  expect(needs.scale).toBeGreaterThan(1.2);
});
