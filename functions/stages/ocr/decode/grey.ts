/**
 * Grey values as the eye weighs colours, over white paper where they are transparent.
 *
 * @param channels 3 for red, green, blue; 4 where opacity follows.
 * @see ITU-R BT.601 for the weights
 */
export function greyOf(colours: Uint8Array, channels: 3 | 4): Uint8Array {
  const grey = new Uint8Array(colours.length / channels);
  for (let pixel = 0, at = 0; pixel < grey.length; pixel++, at += channels) {
    const value = (77 * (colours[at] ?? 0) + 150 * (colours[at + 1] ?? 0) + 29 * (colours[at + 2] ?? 0)) >> 8;
    const opacity = channels === 4 ? (colours[at + 3] ?? 255) : 255;
    grey[pixel] = 255 + ((value - 255) * opacity) / 255;
  }
  return grey;
}
