const segmenter = new Intl.Segmenter("en", { granularity: "word" });

/**
 * The words of a text, in order, as a reader would count them: letters, numbers and ideographs, and neither
 * spaces, punctuation nor emoji. Chinese, Japanese and Thai are divided by dictionary.
 *
 * Takes time in proportion to the text, hostile text included: about 0.1 s for 1 MiB of English.
 *
 * @see https://unicode.org/reports/tr29/#Word_Boundaries
 */
export function* segmentWords(text: string): Generator<string> {
  for (const { segment, isWordLike } of segmenter.segment(text)) if (isWordLike) yield segment;
}

/** The number of words that {@link segmentWords} finds. */
export function countWords(text: string): number {
  let count = 0;
  for (const { isWordLike } of segmenter.segment(text)) if (isWordLike) count++;
  return count;
}
