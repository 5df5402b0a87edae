const negations = new Set(
  "not no never none nobody nothing nowhere neither nor cannot without hardly barely scarcely rarely seldom lacks lacked lacking aint cant dont doesnt didnt isnt wasnt wont wouldnt shouldnt couldnt arent werent hasnt havent hadnt".split(
    " ",
  ),
);

/** A negation turns what follows into its opposite. `word` is in lower case. */
export const isNegation = (word: string): boolean => word.endsWith("n't") || negations.has(word);
