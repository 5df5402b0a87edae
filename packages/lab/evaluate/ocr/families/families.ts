import type { Random } from "../random.ts";
import type { Drawing } from "./canvas.ts";
import { coloured } from "./coloured.ts";
import { foreign } from "./foreign.ts";
import { fax, figures, form, oldPrint, pageImage } from "./office.ts";
import { receipt } from "./receipts.ts";
import { map, screenshot, sign, textless } from "./scenes.ts";

/** Kinds of pages as people send them, each drawn with chance. */
export const families = {
  receipts: receipt,
  "invoices and forms": form,
  screenshots: screenshot,
  "72 to 110 dpi": pageImage,
  faxes: fax,
  "signs and packages": sign,
  "old print": oldPrint,
  figures,
  maps: map,
  "no text": textless,
  "foreign scripts": foreign,
  "coloured print": coloured,
} as const satisfies Readonly<Record<string, (random: Random) => Promise<Drawing>>>;

export type Family = keyof typeof families;
