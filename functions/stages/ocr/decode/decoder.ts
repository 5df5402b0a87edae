import { once } from "node:events";
import { existsSync } from "node:fs";
import { MessageChannel, type MessagePort, Worker } from "node:worker_threads";
import { documentKinds, type ImageType, type ScannedImage } from "../../document.ts";
import type { ImageSize } from "../../document-checks.ts";
import { pathOfEngineFile, vipsFiles } from "../engine-files.ts";
import { DocumentTooLargeError, DocumentUnreadableError, UnsupportedDocumentError } from "../stage.ts";
import { TimeLimitError } from "../time-limit.ts";

/** What a decoding thread is started with. */
export interface DecoderStart {
  /** Paths of libvips. */
  readonly script: string;
  readonly wasm: string;
  readonly maxMemoryBytes: number;
}

/** A request to a decoding thread, which answers it through its port by a {@link DecodeAnswer}. */
export interface DecodeRequest {
  readonly type: ImageType;
  readonly bytes: Uint8Array;
  /** Counted from 0; only a TIFF has more than one. */
  readonly page: number;
  /** By which width and height are divided: 1, 2 or 4, and any number for a WebP. Without one, the header is asked for. */
  readonly reduction?: number;
  readonly port: MessagePort;
}

export type DecodeAnswer = ImageHeader | DecodedImage | { readonly failure: "damage" | "memory" | "unsupported" };

export interface ImageHeader {
  readonly pageCount: number;
  readonly width: number;
  readonly height: number;
}

export interface DecodedImage extends ImageSize {
  readonly grey: Uint8Array<ArrayBuffer>;
  readonly isColoured: boolean;
  /** The brightest and the darkest of each pixel's colours; none of a page with little colour, nor of a large one. */
  readonly tints: readonly Uint8Array<ArrayBuffer>[];
  /** 1..8, as Exif numbers them. */
  readonly orientation: number;
}

/** The memory of the decoder: with Node, our code and the file the process stays below 450 MiB. */
const maxMemoryBytes = 352 * 1024 * 1024;
/** Longer than anything lasts here; a timer takes no number without end. */
const maxMillis = 300_000;

/** A larger image leaves a decoder with much memory, in pieces, that the OCR engine and the next image would have to do without. */
const maxKeptPixels = 10_000_000;
/** Of the decoder's objects, a few at a time; by itself Node would let 48 MiB pass before it frees them. */
const maxYoungMiB = 4;

/** Kept from one image to the next, since a new one takes 0.15 s. */
let thread: Worker | undefined;

function openThread(): Worker {
  const start: DecoderStart = { script: pathOfEngineFile(vipsFiles.script), wasm: pathOfEngineFile(vipsFiles.wasm), maxMemoryBytes };
  const opened = new Worker(threadSource(), { workerData: start, execArgv: [], resourceLimits: { maxYoungGenerationSizeMb: maxYoungMiB } });
  // An error ends the thread, and its ports with it.
  opened.on("error", () => undefined).on("exit", () => closeThread(opened));
  opened.unref();
  return opened;
}

/** Built beside the bundle; where the source itself is run, this file's neighbour. */
function threadSource(): URL {
  const built = new URL("decode-thread.mjs", import.meta.url);
  return existsSync(built) ? built : new URL("decode-thread.ts", import.meta.url);
}

function closeThread(opened: Worker | undefined): void {
  if (thread === opened) thread = undefined;
  void opened?.terminate();
}

/**
 * Reads the header of a page of an image.
 *
 * @param millis after which the decoder is ended from outside.
 * @throws {@link DocumentUnreadableError}, {@link DocumentTooLargeError}, {@link TimeLimitError}
 */
export async function readHeader(document: ScannedImage, page: number, millis: number): Promise<ImageHeader> {
  return (await ask({ ...document, page }, millis)) as ImageHeader;
}

/**
 * Decodes a page of an image whose size has been checked. A page in colours that is too large for tints is decoded once more for them,
 * at half its width and height.
 *
 * @param reduction by which width and height are divided while it is decoded: 1 or 2, and any number for a WebP.
 * @returns the page, and the same one in the size of its tints.
 * @throws as {@link readHeader}; {@link UnsupportedDocumentError} where its samples are neither of 8 nor of 16 bits.
 */
export async function readPixels(
  document: ScannedImage,
  page: number,
  reduction: number,
  remainingMillis: () => number,
): Promise<{ readonly image: DecodedImage; readonly tinted: DecodedImage }> {
  const at = (factor: number) => ask({ ...document, page, reduction: factor }, remainingMillis()) as Promise<DecodedImage>;
  const image = await at(reduction);
  const tinted = image.isColoured && image.tints.length === 0 ? await at(2 * reduction) : image;
  if (image.grey.length * reduction ** 2 > maxKeptPixels) closeThread(thread);
  return { image, tinted };
}

/** Asks a decoder, and a new one where the memory of one that was kept does not suffice: what others have left of it is in pieces. */
async function ask(request: Omit<DecodeRequest, "port">, millis: number): Promise<ImageHeader | DecodedImage> {
  const wasKept = thread !== undefined;
  const startedAt = performance.now();
  try {
    return await askOnce(request, millis);
  } catch (error) {
    if (!wasKept || !(error instanceof DocumentTooLargeError)) throw error;
    return await askOnce(request, millis - (performance.now() - startedAt));
  }
}

async function askOnce(request: Omit<DecodeRequest, "port">, millis: number): Promise<ImageHeader | DecodedImage> {
  if (millis < 1) throw new TimeLimitError();
  thread ??= openThread();
  const asked = thread;
  const { port1: answers, port2: port } = new MessageChannel();
  let isOutOfTime = false;
  const timer = setTimeout(
    () => {
      isOutOfTime = true;
      closeThread(asked);
    },
    Math.min(millis, maxMillis),
  );
  try {
    const copies = request.bytes.buffer instanceof SharedArrayBuffer ? [] : [new Uint8Array(request.bytes)];
    const bytes = copies[0] ?? request.bytes;
    asked.postMessage({ ...request, bytes, port } satisfies DecodeRequest, [port, ...copies.map(({ buffer }) => buffer)]);
    const [answer] = (await Promise.race([once(answers, "message"), once(answers, "close")])) as [DecodeAnswer?];
    if (isOutOfTime) throw new TimeLimitError();
    if (answer !== undefined && "failure" in answer && answer.failure === "memory") closeThread(asked);
    return successOf(answer ?? { failure: "damage" }, request.type);
  } finally {
    clearTimeout(timer);
    answers.close();
  }
}

function successOf(answer: DecodeAnswer, type: ImageType): ImageHeader | DecodedImage {
  if (!("failure" in answer)) return answer;
  if (answer.failure === "memory") throw new DocumentTooLargeError("The image needs more memory to be decoded than there is.");
  if (answer.failure === "damage") throw new DocumentUnreadableError();
  const sentence = `This kind of ${documentKinds[type]} is not read. Save it as a PNG of 8 bits a sample.`;
  throw new UnsupportedDocumentError(sentence);
}
