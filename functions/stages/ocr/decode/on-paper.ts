const white = 255;
/** Of the pixels' opacity: what is seen of an image has no paper of its own below it. */
const mostlyTransparent = 1 / 3;
/** A mean grey value from which what is seen is print for a dark ground. */
const lightPrint = 170;
const mostlyOpaque = 128;

/**
 * Grey values where an image that is transparent lies on white paper, or on black where nearly all of it that meets the paper is light:
 * white print would be lost on white. Of a diagram that is the print, whose strokes are nearly all edge, rather than the white of its boxes.
 *
 * @param samples grey and opacity of each pixel.
 */
export function onPaper(samples: Uint8Array): Uint8Array<ArrayBuffer> {
  const grey = new Uint8Array(samples.length / 2);
  let [seen, edges, light] = [0, 0, 0];
  for (let pixel = 0, at = 0; pixel < grey.length; pixel++, at += 2) {
    const [value, opacity] = [samples[at] ?? 0, samples[at + 1] ?? 0];
    grey[pixel] = value;
    seen += opacity;
    if (opacity < mostlyOpaque || ((samples[at - 1] ?? 0) >= mostlyOpaque && (samples[at + 3] ?? 0) >= mostlyOpaque)) continue;
    edges++;
    light += value;
  }
  const paper = seen < white * grey.length * mostlyTransparent && light > lightPrint * edges ? 0 : white;
  for (let pixel = 0; pixel < grey.length; pixel++) {
    const opacity = samples[2 * pixel + 1] ?? 0;
    if (opacity < 255) grey[pixel] = paper + (((grey[pixel] ?? 0) - paper) * opacity) / 255;
  }
  return grey;
}
