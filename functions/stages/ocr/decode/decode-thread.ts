/**
 * The thread in which images are decoded: libvips in a memory of its own, which both end with the thread. `decoder.ts` starts it
 * and ends it; its messages are {@link DecodeRequest}s.
 */
import { createRequire } from "node:module";
import { parentPort, workerData } from "node:worker_threads";
import type Vips from "wasm-vips";
import type { ImageSize } from "../../document-checks.ts";
import type { DecodeAnswer, DecodeRequest, DecoderStart, ImageHeader } from "./decoder.ts";
import { planesOf } from "./planes.ts";

type Libvips = Awaited<ReturnType<typeof Vips>>;

const { script, wasm, maxMemoryBytes } = workerData as DecoderStart;
const wasmPageBytes = 65_536;
/** A fax has half as many rows as columns to an inch; more than this is no resolution but a mistake. */
const maxStretch = 4;
const maxCopiedBytes = 8 * 1024 * 1024;
/** Others, such as CIELAB, are converted by libvips. */
const plainColours = ["b-w", "srgb", "grey16", "rgb16", "cmyk", "multiband"];

/** One thread for the work itself, and no warnings in the log. */
const settings = { VIPS_CONCURRENCY: "1", VIPS_WARNING: "no" };

/** That of libvips. */
let memory: WebAssembly.Memory | undefined;
/** Of the maximum of its memory: it grows in steps, and no further where the next one would be beyond. */
const nearlyAll = 0.9;

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
      memory = this;
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
    return request.reduction === undefined ? headerOf(image, request) : pixelsOf(image, request, request.reduction, keep);
  } catch (error) {
    return { failure: failureOf(String((error as Error).message)) };
  } finally {
    for (const handle of handles) handle.delete();
    free(request.bytes);
  }
}

/** A copy that came with the request takes memory until the next collection otherwise. */
function free({ buffer }: Uint8Array): void {
  if (buffer instanceof ArrayBuffer) buffer.transfer(0);
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
  // libwebp says no more, whatever the cause.
  if (/webp2vips: unable to read/.test(message) && (memory?.buffer.byteLength ?? 0) > nearlyAll * maxMemoryBytes) return "memory";
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

function pixelsOf(image: Vips.Image, { type }: DecodeRequest, reduction: number, keep: Keep): DecodeAnswer {
  const plain = plainColours.includes(image.interpretation) ? image : keep(image.colourspace("b-w"));
  if (!["uchar", "ushort"].includes(plain.format)) return { failure: "unsupported" };
  const orientation = image.getTypeof("orientation") === 0 ? 1 : image.getInt("orientation");
  const bytes = plain.format === "ushort" ? keep(plain.cast("uchar", { shift: true })) : plain;
  const colours = bytes.interpretation === "cmyk" ? withoutInks(bytes, keep) : bytes;
  const isReducedByLoader = type === "image/jpeg" || type === "image/webp";
  const strips = type === "image/tiff" ? stripsOfTiff(colours, reduction, keep) : stripsOf(colours, isReducedByLoader ? 1 : reduction);
  return { ...planesOf(strips, colours.bands, strips.samplesOf), orientation };
}

/** An image that is decoded strip by strip, from its first row to its last. */
interface Strips extends ImageSize {
  samplesOf(top: number, rows: number): Uint8Array;
}

function stripsOf(image: Vips.Image, reduction: number): Strips {
  const reduced = (length: number) => Math.round(length / reduction);
  return {
    width: reduced(image.width),
    height: reduced(image.height),
    samplesOf: (top, rows) => samplesOf(image, top * reduction, Math.min(rows * reduction, image.height - top * reduction), reduction),
  };
}

/** Its own strips have other heights, and would be decoded twice where they meet: it is taken out of libvips as a whole. */
function stripsOfTiff(image: Vips.Image, reduction: number, keep: Keep): Strips {
  const square = withSquarePixels(image, keep);
  const small = reduction === 1 ? square : keep(square.shrink(reduction, reduction));
  const { width, height, bands } = small;
  const samples = small.writeToMemory() as Uint8Array;
  return { width, height, samplesOf: (top, rows) => samples.subarray(top * width * bands, (top + rows) * width * bands) };
}

/** Each strip is made smaller by itself: together with others it would be read beyond its last row, and rows are decoded only once. */
function samplesOf(image: Vips.Image, top: number, rows: number, reduction: number): Uint8Array {
  const strip = image.crop(0, top, image.width, rows);
  const small = reduction === 1 ? strip : strip.shrink(reduction, reduction);
  try {
    return small.writeToMemory() as Uint8Array;
  } finally {
    strip.delete();
    if (small !== strip) small.delete();
  }
}

/** A fax of standard resolution has pixels twice as high as wide. */
function withSquarePixels(image: Vips.Image, keep: Keep): Vips.Image {
  const stretch = image.xres / image.yres;
  if (!(stretch < maxStretch && stretch > 1 / maxStretch) || Math.abs(Math.log(stretch)) < 0.1) return image;
  return keep(image.resize(Math.max(1, 1 / stretch), { vscale: Math.max(1, stretch) }));
}

/** Red, green and blue: the light that cyan, magenta and yellow leave, and of that the part that black leaves. */
function withoutInks(image: Vips.Image, keep: Keep): Vips.Image {
  const left = keep(image.invert());
  const lit = keep(keep(left.extractBand(0, { n: 3 })).multiply(keep(left.extractBand(3))));
  return keep(keep(keep(lit.linear(1 / 255, 0)).cast("uchar")).copy({ interpretation: "srgb" }));
}
