const offsetBasis = 0x811c9dc5;

/**
 * The 32-bit FNV-1a hash of a text's UTF-16 code units. Fixed for ever: hashes are stored.
 *
 * @param begun the hash of what stands before the text.
 */
export function fnv1a(text: string, begun: number = offsetBasis): number {
  let hash = begun;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return hash >>> 0;
}
