import type { ScannedDocument } from "../../../../functions/stages/document.ts";
import { inPerspective, rotated } from "./degrade/geometry.ts";
import { grainy, jpegOf } from "./degrade/noise.ts";
import { blurred, shaded } from "./degrade/optics.ts";
import { pngOf } from "./pages.ts";
import { createRandom } from "./random.ts";
import { renderSheet } from "./render-sheet.ts";
import { typeset } from "./typeset.ts";

/** A document to try the pipeline with, and what stands in it. */
export interface Sample {
  readonly document: ScannedDocument;
  readonly truth: string;
}

const invoice = [
  "Harbour Street Print Works, 14 Harbour Street, Norwich",
  "Invoice No. 20417, 3 October 2025. To the Lambert Bicycle Company, for the attention of Clara Jarvis.",
  "Dear Ms Jarvis, thank you for your order of 18 September. We delivered 2,500 catalogues on 29 September, two days ahead of the date that we had promised, and your warehouse confirmed that every box arrived dry and undamaged.",
  "2,500 catalogues, 48 pages: $3,875.00. Covers on heavier paper: $412.50. Delivery to two addresses: $96.00. Total: $4,383.50, due within 30 days.",
  "Please quote the number of the invoice with your payment. We were delighted with how the photographs of the new touring model came out, and we look forward to printing the spring edition.",
  "Yours sincerely, Hugo Mercer, Accounts",
];

const article = [
  "For almost forty years the lighthouse at Gull Point was kept by one family. Maria Thornton climbed its 184 steps every evening until the lamp was made automatic in 1971, and her daughter painted the railings each spring.",
  "The tower was built in 1862 after three merchant ships had been lost on the reef in a single winter. Its granite came by barge from a quarry on the far side of the bay, and the masons could work only at low tide.",
  "Visitors are welcome again from May to September. The old engine room is a small museum now: it shows the brass lens, the keepers' logbooks and a model of the harbour as it looked in 1900.",
  "The council has agreed to repair the storm damage of last January. The work will cost $218,000 and should be complete by the end of April, in good time for the summer season.",
  "A path along the cliffs joins the lighthouse to the village. It is steep in places, but the view over the islands is worth the climb on a clear day.",
];

/** A letter, photographed aslant by a hand that throws its shadow on it. */
export async function photographedPage(seed: number): Promise<Sample> {
  const random = createRandom(seed);
  const { pdf, text } = await typeset({
    size: [420, 470],
    margin: 44,
    columns: 1,
    font: "Times-Roman",
    fontSize: 12,
    leading: 1.4,
    paragraphs: invoice,
  });
  const page = inPerspective(await renderSheet(pdf, 190), random, 0.08, 70);
  const photograph = grainy(shaded(blurred(rotated(page, random.between(-4, 4), 70), 0.7), random, 0.5), random, 4);
  return { document: { type: "image/jpeg", bytes: jpegOf(photograph, 60) }, truth: text };
}

/** A magazine's page in two columns, laid on the glass a little crooked. */
export async function twoColumnScan(seed: number): Promise<Sample> {
  const random = createRandom(seed);
  const sheet = {
    size: [440, 330],
    margin: 36,
    columns: 2,
    font: "DejaVuSerif",
    fontSize: 9,
    leading: 1.4,
    heading: "The lighthouse at Gull Point",
  } as const;
  const { pdf, text } = await typeset({ ...sheet, paragraphs: article });
  return { document: { type: "image/png", bytes: pngOf(rotated(await renderSheet(pdf, 200), random.between(1, 2.5), 255)) }, truth: text };
}
