import * as stopword from "stopword/dist/stopword.esm.mjs";

/**
 * Additions to the published English list: more words of grammar, contractions typed without their apostrophe, words of
 * narration rather than of topic, and the parts of addresses.
 */
const englishToo =
  "no nor not she its itself myself yourself themselves whom whose when why whether will shall may might would could " +
  "already almost although though yet until upon down off away again once always ever else rather quite enough even still just however " +
  "therefore thus within without via per every everyone everything someone something anyone anything none nothing one two " +
  "cant didnt doesnt dont hes im isnt ive shes thats theres theyre wasnt weve wont youre " +
  "going got know like look made make many much really said say says see thing things think us use used using way well " +
  "allow allows based contain contains designed etc include includes including new often present presented presents propose proposed proposes provide provided provides several shown shows various " +
  "http https www";

// Read member by member, so that a bundle holds these lists and no others. English first: it wins a tie.
const lists: readonly ReadonlySet<string>[] = [
  [...stopword.eng, ...englishToo.split(" ")],
  ...[stopword.ara, stopword.ben, stopword.bul, stopword.cat, stopword.ces, stopword.dan, stopword.deu, stopword.ell, stopword.fas],
  ...[stopword.fin, stopword.fra, stopword.heb, stopword.hin, stopword.hrv, stopword.hun, stopword.ind, stopword.ita, stopword.jpn],
  ...[stopword.kor, stopword.nld, stopword.nob, stopword.pol, stopword.porBr, stopword.ron, stopword.rus, stopword.slk, stopword.spa],
  ...[stopword.swe, stopword.tha, stopword.tur, stopword.ukr, stopword.urd, stopword.vie, stopword.zho],
].map((list) => new Set(list.map((word) => word.toLowerCase())));

export const englishStopWords: ReadonlySet<string> = lists[0] ?? new Set();

/**
 * The stop words of the language that a text is in: of the list that covers most of its words, which detects the
 * language of a few sentences nearly always. English where no list knows any word.
 *
 * @param words in lower case.
 */
export function stopWordsFor(words: readonly string[]): ReadonlySet<string> {
  const sample = words.slice(0, 2_000);
  let best = englishStopWords;
  let maxCovered = 0;
  for (const list of lists) {
    const covered = sample.reduce((count, word) => count + Number(list.has(word)), 0);
    if (covered > maxCovered) [best, maxCovered] = [list, covered];
  }
  return best;
}
