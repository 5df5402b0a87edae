import { randomUUID } from "node:crypto";
import { AwsError } from "../aws.ts";
import type { Upload } from "./bucket-store.ts";
import { etagOf } from "./object-files.ts";
import { malformedXml } from "./xml.ts";

/** What is known of an object when its upload begins. */
interface Announced {
  readonly bucket: string;
  readonly key: string;
  readonly headers: Upload["headers"];
}

interface Part {
  readonly body: Buffer;
  /** Quoted. */
  readonly etag: string;
}

interface MultipartUpload extends Announced {
  readonly parts: Map<number, Part>;
}

/** A part as the request that completes an upload names it. */
export interface PartReference {
  readonly number: number;
  readonly etag: string;
}

/** A place of the bucket, and the upload in parts that is to end up there. */
export type UploadPlace = Pick<Announced, "bucket" | "key"> & { readonly uploadId: string };

const mostParts = 10_000;
/** Every part but the last has this many bytes at least. */
const leastPartBytes = 5 * 1024 * 1024;

/** Uploads in parts that are under way, in memory: they end with the runtime, where S3 keeps them until they are aborted. */
export class MultipartUploads {
  readonly #uploads = new Map<string, MultipartUpload>();

  /** @returns the upload's id. */
  begin(announced: Announced): string {
    const uploadId = randomUUID();
    this.#uploads.set(uploadId, { ...announced, parts: new Map() });
    return uploadId;
  }

  /**
   * Takes a part, in place of the one that had its number before.
   *
   * @returns its ETag.
   * @throws NoSuchUpload, InvalidArgument.
   */
  putPart(place: UploadPlace, number: number, body: Buffer): string {
    const { parts } = this.#find(place);
    if (!(Number.isInteger(number) && number >= 1 && number <= mostParts))
      throw new AwsError("InvalidArgument", `Part number must be an integer between 1 and ${mostParts}, inclusive`);
    const etag = etagOf(body);
    parts.set(number, { body, etag });
    return etag;
  }

  /**
   * The object that the parts make. The upload stays until {@link end}: a completion that is refused can be tried again.
   *
   * @throws NoSuchUpload, MalformedXML, InvalidPartOrder, InvalidPart, EntityTooSmall.
   */
  assemble(place: UploadPlace, references: readonly PartReference[]): Upload & { readonly etag: string } {
    const { headers, parts: held } = this.#find(place);
    if (references.length === 0) throw malformedXml();
    if (references.some(({ number }, index) => index > 0 && number <= (references[index - 1]?.number ?? 0)))
      throw new AwsError("InvalidPartOrder", "The list of parts was not in ascending order. Parts must be ordered by part number.");
    const parts = references.map((reference) => partOf(held, reference));
    if (parts.slice(0, -1).some(({ body }) => body.length < leastPartBytes))
      throw new AwsError("EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size");
    return { headers, checksums: {}, body: Buffer.concat(parts.map(({ body }) => body)), etag: etagOfParts(parts) };
  }

  /** @throws NoSuchUpload. */
  end(place: UploadPlace): void {
    this.#find(place);
    this.#uploads.delete(place.uploadId);
  }

  #find({ bucket, key, uploadId }: UploadPlace): MultipartUpload {
    const upload = this.#uploads.get(uploadId);
    if (upload?.bucket === bucket && upload.key === key) return upload;
    const message = "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.";
    throw new AwsError("NoSuchUpload", message, 404, { UploadId: uploadId });
  }
}

function partOf(parts: ReadonlyMap<number, Part>, { number, etag }: PartReference): Part {
  const part = parts.get(number);
  if (part !== undefined && [part.etag, part.etag.slice(1, -1)].includes(etag)) return part;
  const message =
    "One or more of the specified parts could not be found.  The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.";
  throw new AwsError("InvalidPart", message);
}

/** Of the parts' digests, with their number: no MD5 of the object. */
function etagOfParts(parts: readonly Part[]): string {
  const digests = parts.map(({ etag }) => Buffer.from(etag.slice(1, -1), "hex"));
  return etagOf(Buffer.concat(digests)).replace(/"$/, `-${parts.length}"`);
}
