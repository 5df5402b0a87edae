import {
  CopyObjectCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  paginateListObjectsV2,
  type S3Client,
} from "@aws-sdk/client-s3";

/** The objects of the bucket, by their keys. The SDK's client for S3 is slow to load: only this file and the signer import it. */
export class ObjectStore {
  readonly #client: S3Client;
  readonly #bucket: { readonly Bucket: string };

  constructor(client: S3Client, bucketName: string) {
    this.#client = client;
    this.#bucket = { Bucket: bucketName };
  }

  async put(Key: string, Body: Uint8Array, ContentType: string): Promise<void> {
    await this.#client.send(new PutObjectCommand({ ...this.#bucket, Key, Body, ContentType }));
  }

  /** @param range as HTTP has it: `bytes=0-1023`. */
  async body(Key: string, range?: string) {
    const { Body } = await this.#client.send(new GetObjectCommand({ ...this.#bucket, Key, Range: range }));
    if (Body === undefined) throw new Error("The object has no body.");
    return Body;
  }

  head(Key: string) {
    return this.#client.send(new HeadObjectCommand({ ...this.#bucket, Key }));
  }

  /** Copies an object while its entity tag is `etag`. */
  async copy(from: string, etag: string, Key: string): Promise<void> {
    const source = { CopySource: `${this.#bucket.Bucket}/${from}`, CopySourceIfMatch: etag };
    await this.#client.send(new CopyObjectCommand({ ...this.#bucket, ...source, Key }));
  }

  /** @returns `true` where there is an object whose key begins so. */
  async has(Prefix: string): Promise<boolean> {
    const { KeyCount } = await this.#client.send(new ListObjectsV2Command({ ...this.#bucket, Prefix, MaxKeys: 1 }));
    return KeyCount !== 0;
  }

  /** Deletes objects, whether they are there or not. */
  async delete(...keys: readonly string[]): Promise<void> {
    if (keys.length === 1) await this.#client.send(new DeleteObjectCommand({ ...this.#bucket, Key: keys[0] }));
    else for (let at = 0; at < keys.length; at += 1_000) await this.#deleteObjects(keys.slice(at, at + 1_000).map((Key) => ({ Key })));
  }

  /** Deletes every object whose key begins so. */
  async deleteAll(Prefix: string): Promise<void> {
    const pages = paginateListObjectsV2({ client: this.#client }, { ...this.#bucket, Prefix });
    for await (const { Contents = [] } of pages) await this.#deleteObjects(Contents.map(({ Key }) => ({ Key })));
  }

  async #deleteObjects(Objects: { Key: string | undefined }[]): Promise<void> {
    if (Objects.length === 0) return;
    const { Errors = [] } = await this.#client.send(new DeleteObjectsCommand({ ...this.#bucket, Delete: { Objects, Quiet: true } }));
    if (Errors.length > 0) throw new Error(`${Errors.length} of ${Objects.length} objects could not be deleted.`);
  }
}
