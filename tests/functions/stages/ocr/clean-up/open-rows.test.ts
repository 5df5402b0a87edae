import { expect, test } from "vitest";
import { type Box, lettersOf } from "../../../../../functions/stages/ocr/clean-up/letters.ts";
import { boxAround, openRows } from "../../../../../functions/stages/ocr/clean-up/open-rows.ts";
import type { PageImage } from "../../../../../functions/stages/ocr/page-image.ts";
import { Canvas, type Ink } from "../../../../../packages/lab/evaluate/ocr/families/canvas.ts";

const font = { font: "Helvetica", size: 12 } as const;

async function drawn(draw: (canvas: Canvas) => void): Promise<PageImage> {
  const canvas = await Canvas.open(400, 200, ["Helvetica"]);
  draw(canvas);
  return (await canvas.drawn(150)).page;
}

/** What all letters on a page take. */
const printOf = (page: PageImage): Box => boxAround(lettersOf(page, 128).letters);

test("rows of letters are open where no word is", async () => {
  const page = await drawn((canvas) => {
    canvas.text(20, 40, "Quarry", font);
    canvas.text(20, 140, "Lighthouse keeper", font);
  });
  const print = printOf(page);
  const upper = { ...print, bottom: (print.top + print.bottom) / 2 };

  expect(openRows(page, [], false).rows).toHaveLength(2);
  expect(openRows(page, [upper], false)).toMatchObject({ rows: [{ letters: 15 }] });
  expect(openRows(page, [print], false).rows).toEqual([]);
});

test("where a word was read, a row has only paper", async () => {
  const page = await drawn((canvas) => {
    canvas.text(20, 40, "Quarry", font);
    canvas.text(20, 140, "Harbour", font);
  });
  const { left, top, right, bottom } = printOf(page);

  const [row] = openRows(page, [{ left, top, right, bottom: (top + bottom) / 2 }], false).rows;

  expect(lettersOf(row?.ground.image ?? page, 128).letters).toHaveLength(7);
});

test.each<[string, Ink, Ink]>([
  ["light letters on a dark ground", 0.1, 1],
  ["black letters on a red ground", [0.7, 0.1, 0.1], 0],
])("%s are a row on a ground of its own", async (_, ground, ink) => {
  const page = await drawn((canvas) => {
    for (let y = 100; y < 190; y += 16) canvas.text(20, y, "lines of an ordinary page that has many letters", font);
    canvas.box(20, 20, 300, 16, { fill: ground });
    canvas.text(40, 32, "Description", { ...font, ink });
  });

  const rows = openRows(page, [], false).rows.filter((row) => row.ground.kind === "panel");

  expect(rows).toHaveLength(1);
  expect(rows[0]?.letters).toBe("Descrpton".length); // without the dotless i's, which are as thin as a stroke
});

test("a frame around letters is no ground of its own", async () => {
  const page = await drawn((canvas) => {
    canvas.box(40, 40, 320, 120, { border: 0, thickness: 50 });
    canvas.text(150, 105, "Lighthouse", font);
  });

  expect(openRows(page, [], false).rows.map(({ ground }) => ground.kind)).toEqual(["page"]);
});

test("letters paler than others are open where they are looked for", async () => {
  const page = await drawn((canvas) => {
    for (let y = 100; y < 190; y += 16) canvas.text(20, y, "lines of an ordinary page that has many letters", font);
    canvas.text(20, 40, "a pale note", { ...font, ink: 0.72 });
  });
  const black = printOf(page);

  expect(openRows(page, [black], false).rows).toEqual([]);
  expect(openRows(page, [black], true).rows).toHaveLength(1);
});

test("what is higher than print is no row", async () => {
  const page = await drawn((canvas) => canvas.text(20, 150, "GO", { font: "Helvetica", size: 130 }));

  expect(openRows(page, [], false).letters).toHaveLength(2);
  expect(openRows(page, [], false).rows).toEqual([]);
});
