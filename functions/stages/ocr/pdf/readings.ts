import type { PageText } from "../page-image.ts";
import { countLetters } from "./page-layer.ts";

/** A reading of what a text leaves out is rubbish below it where the text has most of the page: that of a figure or a photograph. */
const minConfidence = 0.6;

/** A page's own text and what was read beside it, the upper one first. */
export function joined(text: string, read: PageText, isTextAbove: boolean): PageText {
  const [textLetters, readLetters] = [countLetters(text), countLetters(read.text)];
  if (readLetters === 0 || (readLetters < textLetters && read.confidence < minConfidence)) return { text, confidence: 1 };
  return {
    text: (isTextAbove ? [text, read.text] : [read.text, text]).join("\n\n"),
    confidence: (textLetters + read.confidence * readLetters) / (textLetters + readLetters),
  };
}

/** Words of a text that are found in the reading: enough to trust the text, though it is like no language. */
const confirmed = 0.5;
/** A reading so sure is taken before a text that has no more letters. */
const sure = 0.6;

/**
 * The better of a page's own text and the reading of the whole page.
 *
 * @param isLikely where the text is like a language.
 * @returns the text with the share of its words that are in the reading as its confidence.
 */
export function betterOf(text: string, isLikely: boolean, read: PageText): PageText {
  const share = wordsShared(text, read.text);
  const isMore = read.confidence >= sure && countLetters(read.text) >= countLetters(text);
  if (isLikely && countLetters(read.text) === 0) return { text, confidence: 1 };
  const isTextBetter = isLikely ? countLetters(text) > 0 && !isMore : share >= confirmed;
  return isTextBetter ? { text, confidence: share } : read;
}

/** The share of a text's words that another one has, too; 0 where it has none. */
function wordsShared(text: string, other: string): number {
  const left = new Map<string, number>();
  for (const word of wordsOf(other)) left.set(word, (left.get(word) ?? 0) + 1);
  const words = wordsOf(text);
  const shared = words.filter((word) => {
    const count = left.get(word) ?? 0;
    left.set(word, count - 1);
    return count > 0;
  });
  return words.length === 0 ? 0 : shared.length / words.length;
}

const wordsOf = (text: string): string[] => text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
