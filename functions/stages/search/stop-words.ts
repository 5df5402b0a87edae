import table from "./stop-words.generated.json" with { type: "json" };

/** Words of grammar, contractions typed without their apostrophe, words of narration rather than of topic, and the parts of addresses. */
export const englishStopWords: ReadonlySet<string> = new Set(
  (
    "about after all also am an and another any are as at be because been before being between both but by came can come could did do each for from get got has had he have her here him himself his how if in into is it like make many me might more most much must my never now of on only or other our out over said same should since some still such take than that the their them then there these they this those through to too under up very was way we well were what where which while who with would you your a i " +
    "no nor not she its itself myself yourself themselves whom whose when why whether will shall may " +
    "already almost although though yet until upon down off away again once always ever else rather quite enough even just however " +
    "therefore thus within without via per every everyone everything someone something anyone anything none nothing one two " +
    "cant didnt doesnt dont hes im isnt ive shes thats theres theyre wasnt weve wont youre " +
    "going know look made really say says see thing things think us use used using " +
    "allow allows based contain contains designed etc include includes including new often present presented presents propose proposed proposes provide provided provides several shown shows various " +
    "http https www"
  ).split(" "),
);

/** The share of a text's words above which it is English without a look at the other lists; few words of other languages are on it. */
const clearlyEnglish = 0.25;
/** A single word on another list is more often an English one (`AI`, `so`). */
const minForeignWords = 2;
/** Words of a text that are looked at. */
const maxSample = 2_000;

/**
 * The stop words of the language that a text is in: of the list that covers most of its words, which detects the
 * language of a few sentences nearly always. English where no list knows more of them, or only one.
 *
 * @param words in lower case.
 */
export function stopWordsFor(words: readonly string[]): ReadonlySet<string> {
  const sample = words.slice(0, maxSample);
  let best = englishStopWords;
  const english = coveredBy(englishStopWords, sample);
  if (english > clearlyEnglish * sample.length) return best;
  let maxCovered = Math.max(english, minForeignWords - 1);
  for (const list of foreignLists()) {
    const covered = coveredBy(list, sample);
    if (covered > maxCovered) [best, maxCovered] = [list, covered];
  }
  return best;
}

const coveredBy = (list: ReadonlySet<string>, words: readonly string[]): number =>
  words.reduce((count, word) => count + Number(list.has(word)), 0);

let lists: readonly ReadonlySet<string>[] | undefined;

/** The lists of the other languages that the ML inference stage detects. Most texts do not need them. */
function foreignLists(): readonly ReadonlySet<string>[] {
  lists ??= Object.values(table.words).map((words) => new Set(words.split(" ")));
  return lists;
}
