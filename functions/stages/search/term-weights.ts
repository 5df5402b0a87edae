import { fnv1a } from "../fnv-1a.ts";

const bytesPerTerm = 5;

/** A vector of terms, strongest first: each as a 32-bit hash and its weight, in 255ths of the strongest one's. */
export function vectorOf(weighted: readonly { term: string; weight: number }[]): Uint8Array {
  const vector = new DataView(new ArrayBuffer(weighted.length * bytesPerTerm));
  weighted.forEach(({ term, weight }, index) => {
    vector.setUint32(index * bytesPerTerm, fnv1a(term));
    vector.setUint8(index * bytesPerTerm + 4, Math.round((255 * weight) / (weighted[0]?.weight ?? 1)));
  });
  return new Uint8Array(vector.buffer);
}

/** The weights of a vector by the hashes of its terms. A truncated vector is read up to its last whole term. */
export function weightsOf(vector: Uint8Array): ReadonlyMap<number, number> {
  const view = new DataView(vector.buffer, vector.byteOffset, vector.byteLength - (vector.byteLength % bytesPerTerm));
  const weights = new Map<number, number>();
  for (let at = 0; at < view.byteLength; at += bytesPerTerm) weights.set(view.getUint32(at), view.getUint8(at + 4));
  return weights;
}
