/**
 * The share of the words on a page that were read, however often each stands there and in whatever order: a page of columns,
 * boxes and labels has no one order. Case and punctuation around a word do not count.
 *
 * @returns 0..1; of a page without words 1 if nothing was read.
 */
export function wordsFound(truth: string, read: string): number {
  const expected = wordsOf(truth);
  const left = new Map<string, number>();
  for (const word of wordsOf(read)) left.set(word, (left.get(word) ?? 0) + 1);
  if (expected.length === 0) return Number(left.size === 0);
  const found = expected.filter((word) => {
    const count = left.get(word) ?? 0;
    left.set(word, count - 1);
    return count > 0;
  });
  return found.length / expected.length;
}

function wordsOf(text: string): string[] {
  const words = text.normalize("NFKC").toLowerCase().split(/\s+/u);
  return words.map((word) => word.replace(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu, "")).filter(Boolean);
}
