export interface Weighted {
  readonly value: number;
  readonly weight: number;
}

/** The value at which half of the weight is on values no greater; 0 of none. */
export function weightedMedian(values: readonly Weighted[]): number {
  return weightedQuantile(values, 0.5);
}

/** The value at which `share` of the weight is on values no greater; 0 of none. */
export function weightedQuantile(values: readonly Weighted[], share: number): number {
  let rest = values.reduce((sum, { weight }) => sum + weight, 0) * share;
  for (const { value, weight } of values.toSorted((a, b) => a.value - b.value)) {
    rest -= weight;
    if (rest <= 0) return value;
  }
  return 0;
}

/** The upper one of the two in the middle of an even number; 0 of none. */
export const medianOf = (values: readonly number[]): number => values.toSorted((one, other) => one - other)[values.length >> 1] ?? 0;
