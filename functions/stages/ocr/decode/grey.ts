/** Bytes of a pixel: grey, grey and opacity, red, green and blue, or these and opacity. */
export type Channels = 1 | 2 | 3 | 4;

const white = 255;
/** Of the pixels' opacity: what is seen of an image has no paper of its own below it. */
const mostlyTransparent = 1 / 3;
/** A mean grey value from which what is seen is print for a dark ground. */
const lightPrint = 170;

/**
 * Grey values as the eye weighs colours. Where an image is transparent there is white paper behind it, or black where nearly all
 * that is seen of it is light: white print would be lost on white.
 *
 * @see ITU-R BT.601 for the weights
 */
export function greyOf(samples: Uint8Array, channels: Channels): Uint8Array {
  const grey = new Uint8Array(samples.length / channels);
  const coloured = channels > 2;
  for (let pixel = 0, at = 0; pixel < grey.length; pixel++, at += channels) {
    const first = samples[at] ?? 0;
    grey[pixel] = coloured ? (77 * first + 150 * (samples[at + 1] ?? 0) + 29 * (samples[at + 2] ?? 0)) >> 8 : first;
  }
  if (channels % 2 === 0) layOnPaper(grey, samples, channels);
  return grey;
}

/** The last sample of each pixel is its opacity. */
function layOnPaper(grey: Uint8Array, samples: Uint8Array, channels: Channels): void {
  let [seen, light] = [0, 0];
  for (let pixel = 0, at = channels - 1; pixel < grey.length; pixel++, at += channels) {
    seen += samples[at] ?? 0;
    light += (samples[at] ?? 0) * (grey[pixel] ?? 0);
  }
  const paper = seen < white * grey.length * mostlyTransparent && light > lightPrint * seen ? 0 : white;
  for (let pixel = 0, at = channels - 1; pixel < grey.length; pixel++, at += channels) {
    const opacity = samples[at] ?? 0;
    if (opacity < 255) grey[pixel] = paper + (((grey[pixel] ?? 0) - paper) * opacity) / 255;
  }
}
