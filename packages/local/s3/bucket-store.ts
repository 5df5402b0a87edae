import { hash } from "node:crypto";
import { join } from "node:path";
import { AwsError } from "../aws.ts";
import type { Clock } from "../clock.ts";
import { DamagedDataError } from "../disk-fault.ts";
import { type ObjectFiles, type ObjectWithBody, objectsInFolder, objectsInMemory, type StoredObject } from "./object-files.ts";

/** A lifecycle rule: objects whose key begins with `prefix` expire `days` after they were written. */
export interface Expiration {
  readonly prefix: string;
  readonly days: number;
}

export interface Upload {
  readonly body: Buffer;
  readonly headers: Readonly<Record<string, string>>;
  readonly checksums: Readonly<Record<string, string>>;
  /** Quoted; by default the MD5 of the bytes, as for all that comes in one request. */
  readonly etag?: string;
}

/** The object that must be there already (`ifMatch`) or must not be there: `*` is any, an ETag is that one. */
export interface WriteCondition {
  readonly ifMatch?: string | undefined;
  readonly ifNoneMatch?: string | undefined;
}

/** A multipart upload in progress. */
export interface MultipartUpload extends Pick<Upload, "headers"> {
  readonly bucket: string;
  readonly key: string;
  readonly parts: Map<number, { readonly body: Buffer; readonly etag: string }>;
}

interface Bucket {
  readonly files: ObjectFiles;
  readonly objects: Map<string, StoredObject>;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  expirations: readonly Expiration[];
}

export interface BucketStoreOptions {
  /** In memory where there is none. */
  readonly folder?: string;
  readonly clock: Clock;
  /** Called for each file of the folder that is no object's. */
  readonly onNotice?: ((sentence: string) => void) | undefined;
}

const dayInMilliseconds = 86_400_000;
const bucketNameForm = /^(?!.*\.\.)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

/** Buckets and their objects, in a folder or in memory. Every error is an {@link AwsError} with S3's code. */
export class BucketStore {
  readonly #folder: string | undefined;
  readonly #onNotice: (sentence: string) => void;
  readonly #clock: Clock;
  readonly #buckets = new Map<string, Bucket>();
  readonly #writing = new Set<Promise<unknown>>();
  /** By upload id, in memory: they end with the runtime, where S3 keeps them until they are aborted. */
  readonly multipartUploads = new Map<string, MultipartUpload>();

  constructor({ folder, clock, onNotice }: BucketStoreOptions) {
    this.#folder = folder;
    this.#onNotice = onNotice ?? (() => undefined);
    this.#clock = clock;
  }

  /**
   * Creates a bucket, or opens the one in the folder with its objects; one that is open stays as it is.
   *
   * @throws {@link DamagedDataError} for an object's file that cannot be read.
   */
  async createBucket(name: string): Promise<void> {
    if (!bucketNameForm.test(name)) throw new AwsError("InvalidBucketName", `The specified bucket is not valid: ${name}`);
    if (this.#buckets.has(name)) return;
    const files = this.#folder === undefined ? objectsInMemory() : objectsInFolder(join(this.#folder, name), this.#onNotice);
    const objects = new Map((await files.load()).map((object) => [object.key, object]));
    this.#buckets.set(name, { files, objects, createdAt: this.#clock.now(), expirations: [] });
  }

  /** The buckets in the order of their names; its creation date is that of this start. */
  get buckets(): readonly { readonly name: string; readonly createdAt: number }[] {
    return [...this.#buckets].map(([name, { createdAt }]) => ({ name, createdAt })).sort((a, b) => compareKeys(a.name, b.name));
  }

  /** @throws NoSuchBucket. */
  setExpirations(bucket: string, expirations: readonly Expiration[]): void {
    this.#bucket(bucket).expirations = expirations;
  }

  /** @throws NoSuchBucket. */
  requireBucket(name: string): void {
    this.#bucket(name);
  }

  /** Of two uploads under the condition that there is no object, one succeeds. */
  async put(bucketName: string, key: string, upload: Upload, condition: WriteCondition = {}): Promise<StoredObject> {
    const bucket = this.#bucket(bucketName);
    checkCondition(bucket.objects.get(key), condition);
    const { body, headers, checksums, etag = etagOf(body) } = upload;
    const object = { key, size: body.length, etag, lastModified: this.#clock.now(), headers, checksums };
    const writing = bucket.files.prepare(object, body);
    this.#writing.add(writing);
    const commit = await writing.finally(() => this.#writing.delete(writing));
    checkCondition(bucket.objects.get(key), condition); // again: nothing is awaited from here on
    commit();
    bucket.objects.set(key, object);
    return object;
  }

  /** @throws NoSuchBucket, NoSuchKey. */
  head(bucket: string, key: string): StoredObject {
    const object = this.#bucket(bucket).objects.get(key);
    if (object === undefined) throw noSuchKey(key);
    return object;
  }

  /** @throws NoSuchBucket, NoSuchKey. */
  async get(bucket: string, key: string): Promise<ObjectWithBody> {
    this.head(bucket, key);
    const found = await this.#bucket(bucket).files.read(key);
    if (found !== undefined) return found;
    this.head(bucket, key); // deleted meanwhile
    throw new DamagedDataError(`The object ${key} of the bucket ${bucket} is gone from the data folder: its file was removed.`);
  }

  /** Does nothing where there is no such object. */
  delete(bucketName: string, key: string): void {
    const bucket = this.#bucket(bucketName);
    if (bucket.objects.delete(key)) bucket.files.remove(key);
  }

  /** The objects whose key begins with `prefix`, in the order of their keys as UTF-8. */
  list(bucket: string, prefix: string): StoredObject[] {
    const found = [...this.#bucket(bucket).objects.values()].filter(({ key }) => key.startsWith(prefix));
    return found.sort((a, b) => compareKeys(a.key, b.key));
  }

  /**
   * Deletes what the buckets' lifecycle rules say has expired. Like S3, at the midnight (UTC) that follows the last day.
   *
   * @returns the number of objects.
   */
  async deleteExpired(): Promise<number> {
    let deleted = 0;
    for (const [name, { objects, expirations }] of this.#buckets) {
      for (const object of objects.values()) {
        if (!expirations.some((rule) => object.key.startsWith(rule.prefix) && this.#clock.now() >= expiryOf(object, rule))) continue;
        this.delete(name, object.key);
        deleted++;
      }
    }
    return deleted;
  }

  /** Waits for uploads that are being written. */
  async close(): Promise<void> {
    await Promise.allSettled(this.#writing);
  }

  #bucket(name: string): Bucket {
    const bucket = this.#buckets.get(name);
    if (bucket === undefined) throw new AwsError("NoSuchBucket", "The specified bucket does not exist", 404, { BucketName: name });
    return bucket;
  }
}

/** The ETag of bytes that come in one request, quoted. */
export const etagOf = (bytes: Buffer): string => `"${hash("md5", bytes)}"`;

/** True where an `If-Match` or `If-None-Match` header names the ETag; quotes are optional. */
export function matchesEtag(etag: string | undefined, header: string): boolean {
  if (etag === undefined) return false;
  return header.split(",").some((part) => ["*", etag, etag.slice(1, -1)].includes(part.trim()));
}

export function preconditionFailed(header: string): AwsError {
  const message = "At least one of the pre-conditions you specified did not hold";
  return new AwsError("PreconditionFailed", message, 412, { Condition: header });
}

/** As bytes of UTF-8, which is S3's order. */
export function compareKeys(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

function noSuchKey(key: string): AwsError {
  return new AwsError("NoSuchKey", "The specified key does not exist.", 404, { Key: key });
}

function checkCondition(held: StoredObject | undefined, { ifMatch, ifNoneMatch }: WriteCondition): void {
  if (ifMatch !== undefined && held === undefined) throw new AwsError("NoSuchKey", "The specified key does not exist.", 404);
  if (ifMatch !== undefined && !matchesEtag(held?.etag, ifMatch)) throw preconditionFailed("If-Match");
  if (ifNoneMatch !== undefined && matchesEtag(held?.etag, ifNoneMatch)) throw preconditionFailed("If-None-Match");
}

function expiryOf({ lastModified }: StoredObject, { days }: Expiration): number {
  return Math.ceil((lastModified + days * dayInMilliseconds) / dayInMilliseconds) * dayInMilliseconds;
}
