import { type HtmlDocument, htmlType, type ScannedDocument } from "../document.ts";
import type { StageFunction, StageWork } from "../stage-function.ts";
import { extractText } from "./extract-text.ts";
import type { ocr } from "./stage.ts";

/** A text as it is, the text of a page of HTML, a scanned document's text as it is read. */
export const run: StageFunction<typeof ocr> = async ({ document, remainingMillis }) => {
  if (typeof document === "string") return extractText(document);
  return document.type === htmlType ? readPage(document) : readScan(document, remainingMillis);
};

async function readPage({ bytes }: HtmlDocument): Promise<StageWork<typeof ocr>> {
  const { readHtml } = await import("./read-html.ts");
  return extractText(readHtml(bytes));
}

async function readScan(document: ScannedDocument, remainingMillis: () => number): Promise<StageWork<typeof ocr>> {
  // The engines are loaded with the first scan, so that texts do not wait for them.
  const { readDocument } = await import("./read-document.ts");
  const { text: read, ...pages } = await readDocument(document, { remainingMillis });
  const { text, result } = extractText(read);
  return { text, result: { ...result, ...pages } };
}
