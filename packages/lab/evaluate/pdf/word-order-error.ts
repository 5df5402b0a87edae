/** Words that have to be put in, taken out or replaced until the text is the truth, as a share of the truth's words. */
export function wordOrderError(truth: string, text: string): number {
  const [expected, found] = [wordsOf(truth), wordsOf(text)];
  let above = Array.from({ length: found.length + 1 }, (_, at) => at);
  for (const [row, word] of expected.entries()) {
    const current = [row + 1];
    for (const [at, other] of found.entries()) {
      const replaced = (above[at] ?? 0) + Number(word !== other);
      current.push(Math.min(replaced, (above[at + 1] ?? 0) + 1, (current[at] ?? 0) + 1));
    }
    above = current;
  }
  return (above[found.length] ?? 0) / Math.max(1, expected.length);
}

const wordsOf = (text: string): string[] => text.match(/[\p{L}\p{N}]+/gu) ?? [];
