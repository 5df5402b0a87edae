/** Words of a sentence; a text without full stops is cut after so many. */
const maxWords = 60;

/** Longer than any word that a lexicon knows; the lexicon's matching takes quadratic time on a long run of capitals. */
const maxWordLength = 64;

/**
 * The sentences of a text in the form that the lexicon's rules can read: plain apostrophes, no zero-width characters,
 * one space between words, lower case but for words in capitals, which are emphasis (one letter is none, and VADER passes it over).
 *
 * Linear in the length of the text, whatever is in it.
 */
export function sentencesOf(text: string): string[] {
  const sentences: string[] = [];
  let sentence: string[] = [];
  const end = () => {
    if (sentence.length > 0) sentences.push(sentence.join(" "));
    sentence = [];
  };
  for (const word of text
    .replace(/[’ʼ]/g, "'")
    .replace(/\p{Cf}/gu, "")
    .split(/\s+/)) {
    if (word === "" || word.length > maxWordLength) continue;
    sentence.push(readable(word));
    if (/[.!?…]["'”»)\]]*$/.test(word) || sentence.length >= maxWords) end();
  }
  end();
  return sentences;
}

/** An emoticon stays as it is. A word loses the punctuation around it, which would hide it from the lexicon, all but `!` and `?`, which count. */
function readable(word: string): string {
  if (!/\p{L}{2}/u.test(word)) return word;
  const parts = word.split(/[/–—]|--+/).map((part) => part.replace(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu, ""));
  const [emphasis = ""] = word.match(/[!?]+(?=[^\p{L}\p{N}]*$)/u) ?? [];
  return `${parts.map(lowerCase).join(" ")} ${emphasis}`.trim();
}

function lowerCase(word: string): string {
  return word.length > 1 && word === word.toUpperCase() ? word : word.toLowerCase();
}
