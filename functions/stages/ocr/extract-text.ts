import type { StageResult } from "../registry.ts";
import { countWords } from "../words.ts";

/** Code points of the text that the record shows of it. */
const previewLength = 80;

export interface ExtractedText {
  /** Well-formed, in Unicode's normal form C, its lines ended by `\n`. */
  readonly text: string;
  readonly result: StageResult<"ocr">;
}

/**
 * Passes a text through and counts what a reader of it would see.
 *
 * @param given up to 1 MiB as UTF-8.
 * @returns `charCount` in code points; `wordCount` in words as Unicode UAX #29 has them, so that Japanese is not one word.
 */
export function extractText(given: string): ExtractedText {
  const text = normalized(given.toWellFormed()).replace(/\r\n?/g, "\n");
  const charCount = countCodePoints(text);
  return { text, result: { stage: "ocr", charCount, wordCount: countWords(text), preview: previewOf(text, charCount) } };
}

/**
 * Normal form C, except for longer runs of combining marks than any writing has (UAX #15, Stream-Safe Text Format): the time
 * that they take grows with the square of their length.
 */
function normalized(text: string): string {
  const parts = text.split(/(\p{M}{31,})/u);
  return parts.map((part, index) => (index % 2 === 0 ? part.normalize("NFC") : part)).join("");
}

function countCodePoints(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}

function previewOf(text: string, charCount: number): string {
  if (charCount <= previewLength) return text;
  // A code point is one or two units of UTF-16, so twice the length is enough to look at.
  return `${Array.from(text.slice(0, 2 * previewLength))
    .slice(0, previewLength)
    .join("")}...`;
}
