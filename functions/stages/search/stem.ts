import porter from "wink-porter2-stemmer";

/**
 * The stem that the forms of an English word share (`computing`, `computers`: `comput`). Words with other letters are
 * their own stems, and so are those of three letters: `aws` is no plural.
 */
export const stemOf = (word: string): string => (/^[a-z]{4,}$/.test(word) ? porter(word) : word);
