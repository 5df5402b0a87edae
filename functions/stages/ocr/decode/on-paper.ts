const white = 255;
/** Of the pixels' opacity: what is seen of an image has no paper of its own below it. */
const mostlyTransparent = 1 / 3;
/** A mean grey value from which what is seen is print for a dark ground. */
const lightPrint = 170;
const mostlyOpaque = 128;

/**
 * Lays an image that is transparent on white paper, or on black where nearly all of it that meets the paper is light: white print would
 * be lost on white. Of a diagram that is the print, whose strokes are nearly all edge, rather than the white of its boxes.
 *
 * @param grey values, which are changed.
 * @param opacity of each pixel.
 */
export function onPaper(grey: Uint8Array, opacity: Uint8Array): void {
  const paper = paperOf(grey, opacity);
  for (let pixel = 0; pixel < grey.length; pixel++) {
    const share = opacity[pixel] ?? 0;
    if (share < 255) grey[pixel] = paper + (((grey[pixel] ?? 0) - paper) * share) / 255;
  }
}

function paperOf(grey: Uint8Array, opacity: Uint8Array): number {
  let [seen, edges, light] = [0, 0, 0];
  for (let pixel = 0; pixel < grey.length; pixel++) {
    const share = opacity[pixel] ?? 0;
    seen += share;
    if (share < mostlyOpaque || ((opacity[pixel - 1] ?? 0) >= mostlyOpaque && (opacity[pixel + 1] ?? 0) >= mostlyOpaque)) continue;
    edges++;
    light += grey[pixel] ?? 0;
  }
  return seen < white * grey.length * mostlyTransparent && light > lightPrint * edges ? 0 : white;
}
