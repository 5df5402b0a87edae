import fc from "fast-check";
import { expect, test } from "vitest";
import { asItCame, cleanPage, needsOfPart } from "../../../../../functions/stages/ocr/clean-up/clean-page.ts";
import { surveyOf } from "../../../../../functions/stages/ocr/clean-up/survey.ts";
import { cutOut } from "../../../../../functions/stages/ocr/clean-up/turn.ts";
import { stripedPage } from "../striped-page.ts";

const page = stripedPage({ width: 400, height: 360 });
const side = fc.integer({ min: 0, max: 300 });
const rectangle = fc.record({ left: side, top: side, width: fc.integer({ min: 16, max: 100 }), height: fc.integer({ min: 16, max: 60 }) });
const untouched = asItCame(surveyOf(page).needs, page);

test("a part of a page is cleaned as the page is, its panels where they stand", () => {
  fc.assert(
    fc.property(rectangle, rectangle, (panel, part) => {
      const { left, top, width, height } = panel;
      const needs = {
        ...untouched,
        scale: 1,
        panels: [{ left, top, right: left + width - 1, bottom: top + height - 1, ink: width * height }],
      };

      const cleaned = cleanPage(cutOut(page, part), needsOfPart(needs, part));

      expect(cleaned.grey).toEqual(cutOut(cleanPage(page, needs), part).grey);
    }),
    { numRuns: 50 },
  );
});
