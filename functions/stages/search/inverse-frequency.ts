import table from "./inverse-frequency.generated.json" with { type: "json" };

/** The inverse frequency of a stem that the table does not hold: it is rarer than all that it holds. */
export const unseenInverseFrequency = table.unseen;

const inverseFrequencies = new Map<string, number>();
for (const [value, stems] of Object.entries(table.stems)) {
  for (const stem of stems.split(" ")) inverseFrequencies.set(stem, Number(value));
}

/**
 * The significance of an English stem: minus the natural logarithm of its share of all words, in steps of a quarter.
 * From about 3 (`you`) to {@link unseenInverseFrequency}.
 *
 * @see packages/lab/build-idf-table.ts for where the figures are from.
 */
export const inverseFrequency = (stem: string): number => inverseFrequencies.get(stem) ?? unseenInverseFrequency;
