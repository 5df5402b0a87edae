import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import fontkit from "@pdf-lib/fontkit";
import type { PDFDocument, PDFFont, StandardFonts } from "pdf-lib";

/** Fonts of Fontsource, by the names of its packages: a face of phones, one of till rolls, one of the 17th century. */
type WebFont = "roboto" | "vt323" | "im-fell-english";

/** Fonts of scripts that the English model does not know, and the file of each: of Korean and Chinese, that with the most frequent letters. */
const foreignFonts = {
  "noto-sans-hebrew": "noto-sans-hebrew-hebrew",
  "noto-sans-arabic": "noto-sans-arabic-arabic",
  "nanum-gothic": "nanum-gothic-119",
  "ma-shan-zheng": "ma-shan-zheng-119",
} as const;

/** One of the standard 14 fonts by its name, a file of the DejaVu family, or a font of Fontsource. */
export type FontName = `${StandardFonts}` | `DejaVu${string}` | WebFont | keyof typeof foreignFonts;

/** Adds a font to a document, its file cut down to the letters that are used. */
export async function embedFont(document: PDFDocument, font: FontName): Promise<PDFFont> {
  const specifier = specifierOf(font);
  if (specifier === undefined) return await document.embedFont(font);
  document.registerFontkit(fontkit);
  return await document.embedFont(readFileSync(fileURLToPath(import.meta.resolve(specifier))), { subset: true });
}

function specifierOf(font: FontName): string | undefined {
  if (font.startsWith("DejaVu")) return `dejavu-fonts-ttf/ttf/${font}.ttf`;
  if (!/^[a-z]/.test(font)) return undefined;
  const file = Object.hasOwn(foreignFonts, font) ? foreignFonts[font as keyof typeof foreignFonts] : `${font}-latin`;
  return `@fontsource/${font}/files/${file}-400-normal.woff`;
}
