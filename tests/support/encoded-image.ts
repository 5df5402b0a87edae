import { createRequire } from "node:module";
import type Vips from "wasm-vips";

export interface Picture {
  readonly width: number;
  readonly height: number;
  /** One sample of grey, or three of red, green and blue, or four of cyan, magenta, yellow and black, for each pixel. */
  readonly samples: Uint8Array;
}

const openVips: typeof Vips = createRequire(import.meta.url)("wasm-vips");
let opened: ReturnType<typeof openVips> | undefined;

/**
 * Pictures of one size as a file.
 *
 * @param suffix of the file's name, and with it its kind, such as `.tif`.
 * @param options as libvips has them for saving, such as `{ compression: "ccittfax4" }`.
 */
export async function encoded(pictures: readonly Picture[], suffix: string, options: object = {}): Promise<Uint8Array> {
  opened ??= openVips({ dynamicLibraries: [] });
  const vips = await opened;
  const images = pictures.map(({ samples, width, height }) => {
    const bands = samples.length / (width * height);
    const image = vips.Image.newFromMemory(samples, width, height, bands, vips.BandFormat.uchar);
    return image.copy({ interpretation: bands === 1 ? "b-w" : bands === 3 ? "srgb" : "cmyk" });
  });
  const joined = vips.Image.arrayjoin(images, { across: 1 });
  if (images.length > 1) joined.setInt("page-height", images[0]?.height ?? 0);
  return joined.writeToBuffer(suffix, options);
}
