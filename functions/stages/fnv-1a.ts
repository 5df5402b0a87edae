const offsetBasis = 0x811c9dc5;

/**
 * The 32-bit FNV-1a hash of a text's UTF-16 code units. It must never change: hashes are stored.
 *
 * @param begun the hash of the text before this one.
 */
export function fnv1a(text: string, begun: number = offsetBasis): number {
  let hash = begun;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return hash >>> 0;
}
