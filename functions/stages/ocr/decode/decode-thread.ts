/**
 * The thread in which images are decoded: libvips in a memory of its own, which both end with the thread. `decoder.ts` starts it
 * and ends it; its messages are {@link DecodeRequest}s.
 */
import { createRequire } from "node:module";
import { parentPort, workerData } from "node:worker_threads";
import type Vips from "wasm-vips";
import type { DecodeAnswer, DecodeRequest, DecoderStart, ImageHeader } from "./decoder.ts";
import { onPaper } from "./on-paper.ts";

type Libvips = Awaited<ReturnType<typeof Vips>>;

const { script, wasm, maxMemoryBytes } = workerData as DecoderStart;
const wasmPageBytes = 65_536;
/** A fax has half as many rows as columns to an inch; more than this is no resolution but a mistake. */
const maxStretch = 4;
/** Red, green and blue as the eye weighs them (ITU-R BT.601). */
const luma = [77 / 256, 150 / 256, 29 / 256];
/** Between the brightest and the darkest of a pixel's colours; the yellow of old paper has less. */
const minColour = 80;
/** Of all pixels: with fewer the colours are links, a logo or a signature. */
const minColouredShare = 0.005;
/** A larger page is not looked at in its colours, which would take three times its memory. */
const maxTintedPixels = 10_000_000;
const maxCopiedBytes = 8 * 1024 * 1024;
/** Others, such as CIELAB, are converted by libvips. */
const plainColours = ["b-w", "srgb", "grey16", "rgb16", "cmyk", "multiband"];

/** One thread for the work itself, and no warnings in the log. */
const settings = { VIPS_CONCURRENCY: "1", VIPS_WARNING: "no" };

const libvips = startLibvips();

parentPort?.on("message", async (request: DecodeRequest) => {
  const answer = await answerTo(request);
  request.port.postMessage(answer, "grey" in answer ? [answer.grey, ...answer.tints].map(({ buffer }) => buffer) : []);
});

async function startLibvips(): Promise<Libvips> {
  limitMemory();
  const open: typeof Vips = createRequire(import.meta.url)(script);
  const vips = await open({
    dynamicLibraries: [],
    locateFile: () => wasm,
    preRun: ({ ENV }: { ENV: Record<string, string> }) => Object.assign(ENV, settings),
  });
  vips.Cache.max(0);
  return vips;
}

/** libvips creates its memory itself, with a maximum of 2 GiB; in this thread none may be larger than `maxMemoryBytes`. */
function limitMemory(): void {
  WebAssembly.Memory = class extends WebAssembly.Memory {
    constructor(descriptor: WebAssembly.MemoryDescriptor) {
      super({ ...descriptor, maximum: Math.floor(maxMemoryBytes / wasmPageBytes) });
    }
  };
}

async function answerTo(request: DecodeRequest): Promise<DecodeAnswer> {
  const vips = await libvips;
  const handles: { delete(): void }[] = [];
  const keep = <Handle extends { delete(): void }>(handle: Handle): Handle => {
    handles.push(handle);
    return handle;
  };
  try {
    const image = keep(load(vips, keep(sourceOf(vips, request.bytes)), request));
    return request.reduction === undefined ? headerOf(image, request) : pixelsOf(vips, image, request, request.reduction, keep);
  } catch (error) {
    return { failure: failureOf(String((error as Error).message)) };
  } finally {
    for (const handle of handles) handle.delete();
  }
}

/** libvips copies a file into its own memory, where a larger one is led through it in pieces. */
function sourceOf({ Source, SourceCustom }: Libvips, bytes: Uint8Array): Vips.Source {
  if (bytes.length <= maxCopiedBytes) return Source.newFromMemory(bytes);
  const source = new SourceCustom();
  let at = 0;
  source.onRead = (length) => {
    const piece = bytes.slice(at, at + length);
    at += piece.length;
    return piece;
  };
  source.onSeek = (offset, whence) => {
    at = Math.min(bytes.length, ([0, at, bytes.length][whence] ?? 0) + offset);
    return at;
  };
  return source;
}

/** By the messages of the libraries that libvips decodes with; its own are that it was "unable to write to memory". */
function failureOf(message: string): "memory" | "unsupported" | "damage" {
  if (/out of memory|insufficient memory|cannot allocate/i.test(message)) return "memory";
  return /unsupported|not (supported|configured|implemented)|whole number of bytes|out of range|bad labq/i.test(message)
    ? "unsupported"
    : "damage";
}

function load({ Image }: Libvips, source: Vips.Source, { type, page, reduction = 1 }: DecodeRequest): Vips.Image {
  const options = { access: "sequential", fail_on: "truncated" };
  if (type === "image/png") return Image.pngloadSource(source, options);
  if (type === "image/jpeg") return Image.jpegloadSource(source, { ...options, shrink: reduction });
  if (type === "image/webp") return Image.webploadSource(source, { ...options, scale: 1 / reduction });
  return Image.tiffloadSource(source, { ...options, page, fail_on: "error" }); // a strip that cannot be decoded would be black
}

/** An animation is its first picture. */
function headerOf(image: Vips.Image, { type }: DecodeRequest): ImageHeader {
  const pageCount = type === "image/tiff" ? image.getInt("n-pages") : 1;
  return { pageCount, width: image.width, height: image.height };
}

type Keep = (image: Vips.Image) => Vips.Image;

function pixelsOf(vips: Libvips, image: Vips.Image, { type }: DecodeRequest, reduction: number, keep: Keep): DecodeAnswer {
  const plain = plainColours.includes(image.interpretation) ? image : keep(image.colourspace("b-w"));
  if (!["uchar", "ushort"].includes(plain.format)) return { failure: "unsupported" };
  const orientation = image.getTypeof("orientation") === 0 ? 1 : image.getInt("orientation");
  const isReducedByLoader = type === "image/jpeg" || type === "image/webp";
  const bytes = plain.format === "ushort" ? keep(plain.cast("uchar", { shift: true })) : plain;
  const colours = bytes.interpretation === "cmyk" ? withoutInks(bytes, keep) : bytes;
  const square = type === "image/tiff" ? withSquarePixels(colours, keep) : colours;
  const small = isReducedByLoader || reduction === 1 ? square : keep(square.shrink(reduction, reduction));
  const { width, height } = small;
  if (small.bands < 3 || width * height > maxTintedPixels)
    return { grey: samplesOf(greyOf(vips, small, keep)), tints: [], width, height, orientation };
  const held = keep(small.copyMemory()); // it is gone over several times
  return { grey: samplesOf(greyOf(vips, held, keep)), tints: tintsOf(held, keep).map(samplesOf), width, height, orientation };
}

function samplesOf(image: Vips.Image): Uint8Array<ArrayBuffer> {
  const samples = image.writeToMemory() as Uint8Array<ArrayBuffer>;
  return image.bands === 1 ? samples : onPaper(samples);
}

/** The brightest and the darkest of red, green and blue, where enough pixels have them far apart; with the opacity where there is any. */
function tintsOf(image: Vips.Image, keep: Keep): Vips.Image[] {
  const [red, green, blue] = [0, 1, 2].map((band) => keep(image.extractBand(band))) as [Vips.Image, Vips.Image, Vips.Image];
  const brightest = keep(keep(red.maxpair(green)).maxpair(blue));
  const darkest = keep(keep(red.minpair(green)).minpair(blue));
  const isColour = keep(keep(brightest.subtract(darkest)).more([minColour]));
  if (isColour.avg() < 255 * minColouredShare) return [];
  const tints = [brightest, darkest];
  if (image.bands === 3) return tints;
  const opacity = keep(image.extractBand(3));
  return tints.map((tint) => keep(tint.bandjoin(opacity)));
}

/** A fax of standard resolution has pixels twice as high as wide. */
function withSquarePixels(image: Vips.Image, keep: Keep): Vips.Image {
  const stretch = image.xres / image.yres;
  if (!(stretch < maxStretch && stretch > 1 / maxStretch) || Math.abs(Math.log(stretch)) < 0.1) return image;
  return keep(image.resize(Math.max(1, 1 / stretch), { vscale: Math.max(1, stretch) }));
}

/** One band of grey values, and the opacity as a second one where there is any. */
function greyOf(vips: Libvips, image: Vips.Image, keep: Keep): Vips.Image {
  if (image.bands < 3) return image;
  return weighed(vips, image, image.bands === 3 ? luma : [...luma, 0, 0, 0, 0, 1], keep);
}

/** @param weights of the bands, row by row for each band that is to come out. */
function weighed(vips: Libvips, image: Vips.Image, weights: readonly number[], keep: Keep): Vips.Image {
  const bands = Math.min(image.bands, 4);
  const matrix = keep(vips.Image.newMatrix(bands, weights.length / bands, [...weights]));
  const colours = image.bands === bands ? image : keep(image.extractBand(0, { n: bands }));
  return keep(keep(colours.recomb(matrix)).cast("uchar"));
}

/** Red, green and blue: the light that cyan, magenta and yellow leave, and of that the part that black leaves. */
function withoutInks(image: Vips.Image, keep: Keep): Vips.Image {
  const left = keep(image.invert());
  const lit = keep(keep(left.extractBand(0, { n: 3 })).multiply(keep(left.extractBand(3))));
  return keep(keep(keep(lit.linear(1 / 255, 0)).cast("uchar")).copy({ interpretation: "srgb" }));
}
