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
const clearlyEnglish = 0.4;
/** A single word on another list is more often an English one (`AI`, `so`). */
const minForeignWords = 2;
/**
 * A text is in a second language as well, such as a mail with a footer, if this many of its words are on that list only. English has words on
 * the list of any language, so for it, they have to be this share of all.
 */
const second = { minWords: 5, minShare: 0.05 } as const;
/** Words of a text that are looked at. */
const maxSample = 2_000;

/**
 * The stop words of the language that a text is in: of the list that covers most of its words, which detects the
 * language of a few sentences nearly always. English where no list knows more of them, or only one; of English and another for a text in both.
 *
 * @param words in lower case.
 */
export function stopWordsFor(words: readonly string[]): ReadonlySet<string> {
  const sample = words.slice(0, maxSample);
  const english = coveredBy(englishStopWords, sample);
  if (english > clearlyEnglish * sample.length) return englishStopWords;
  const foreign = foreignListFor(sample);
  const isForeign = coveredBy(foreign, sample) > Math.max(english, minForeignWords - 1);
  const main = isForeign ? foreign : englishStopWords;
  const rest = sample.filter((word) => !main.has(word));
  const other = isForeign ? englishStopWords : foreignListFor(rest);
  const others = rest.filter((word) => other.has(word));
  const hasBoth = new Set(others).size >= second.minWords && (isForeign || others.length >= second.minShare * sample.length);
  return hasBoth ? new Set([...main, ...other]) : main;
}

/** The list of another language that covers most of the words. */
const foreignListFor = (words: readonly string[]): ReadonlySet<string> =>
  foreignLists()
    .map((list) => ({ list, count: coveredBy(list, words) }))
    .reduce((best, next) => (next.count > best.count ? next : best)).list;

const coveredBy = (list: ReadonlySet<string>, words: readonly string[]): number =>
  words.reduce((count, word) => count + Number(list.has(word)), 0);

let lists: readonly ReadonlySet<string>[] | undefined;

/** The lists of the other languages that the ML inference stage detects. Most texts do not need them. */
function foreignLists(): readonly ReadonlySet<string>[] {
  lists ??= Object.values(table.words).map((words) => new Set(words.split(" ")));
  return lists;
}
