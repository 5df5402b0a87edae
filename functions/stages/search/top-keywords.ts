import type { TermUse } from "./term-uses.ts";

/** The bonus of the first word of a text over one far behind it; after `reach` words, and `reachShare` of all, it is down to a third. */
const early = { bonus: 1.5, reach: 10, reachShare: 0.1 } as const;
/** The bonus of a name over a common word. */
const nameBonus = 0.25;

/**
 * The words that say best what a text is about: used often, rare elsewhere, early in the text, or names.
 *
 * @param uses of the text, as `termUses` returns them.
 * @returns whole words in lower case, each of at most 40 characters, best first; fewer than `limit` where the text has no more.
 */
export function topKeywords(uses: readonly TermUse[], limit = 5): string[] {
  const length = uses.reduce((sum, { count }) => sum + count, 0);
  return uses
    .map((use) => ({ word: use.word, weight: keywordWeight(use, length) }))
    .sort((a, b) => b.weight - a.weight)
    .slice(0, limit)
    .map(({ word }) => word);
}

function keywordWeight({ count, capitalised, first, inverseFrequency }: TermUse, length: number): number {
  const earliness = Math.exp(-first / (early.reach + early.reachShare * length));
  return (1 + Math.log(count)) * inverseFrequency * (1 + early.bonus * earliness) * (1 + (nameBonus * capitalised) / count);
}
