/** Frequent English words that few other languages spell so. Of English sentences with at least eight words, one in a hundred has none of them. */
const functionWords = new Set(
  (
    "the and is are am be been to of it its it's you your i i'm i've my this that these with for not have had do don't does but we they he she " +
    "by at from his her what which who how very if when there their our would could should will can get out about up than more too just like"
  ).split(" "),
);

const fewestWords = 8;

/** False where `words` (in any case) are enough to tell and none of them is one that English can hardly do without. */
export function mayBeEnglish(words: readonly string[]): boolean {
  return words.length < fewestWords || words.some((word) => functionWords.has(word.toLowerCase()));
}
