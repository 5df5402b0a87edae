import { CopyObjectCommand, DeleteObjectCommand, HeadObjectCommand, type S3Client, S3ServiceException } from "@aws-sdk/client-s3";
import { isMissing } from "./document-store.ts";
import { SubmissionError, uploadNotFound } from "./errors.ts";
import type { JobKey } from "./job.ts";
import { objectKey, uploadDays, uploadKey } from "./storage-layout.ts";
import type { Clock } from "./telemetry.ts";

/** An upload; another one under the same key has another `etag`. */
export interface Upload {
  readonly key: string;
  readonly bytes: number;
  readonly type: string;
  readonly etag: string;
}

/** Documents that clients have sent to the bucket themselves. */
export class UploadStore {
  readonly #client: S3Client;
  readonly #bucketName: string;
  readonly #now: Clock;

  constructor(client: S3Client, bucketName: string, now: Clock) {
    this.#client = client;
    this.#bucketName = bucketName;
    this.#now = now;
  }

  /** @throws {@link SubmissionError} `UploadNotFound` for an upload that was never sent, is void, or has become a job. */
  async find(owner: string, uploadId: string): Promise<Upload> {
    const Key = uploadKey(owner, uploadId);
    const found = await this.#ofUpload(uploadId, () => this.#client.send(new HeadObjectCommand({ Bucket: this.#bucketName, Key })));
    const { ContentLength: bytes = 0, ContentType: type = "", ETag: etag = "", LastModified: sentAt } = found;
    const isVoid = (sentAt?.getTime() ?? 0) / 1000 + uploadDays * 24 * 60 * 60 <= this.#now();
    if (isVoid) throw uploadNotFound(uploadId);
    return { key: Key, bytes, type, etag };
  }

  /**
   * Copies an upload to the place of a job's document, if it is still the one that was found.
   *
   * @throws {@link SubmissionError} `UploadChanged` where another one is there, `UploadNotFound` where it is gone.
   */
  async copy(uploadId: string, { key, etag }: Upload, to: JobKey, name: string): Promise<void> {
    const copy = new CopyObjectCommand({
      Bucket: this.#bucketName,
      Key: objectKey(to, name),
      CopySource: `${this.#bucketName}/${key}`,
      CopySourceIfMatch: etag,
    });
    await this.#ofUpload(uploadId, () => this.#client.send(copy));
  }

  /** Removes an upload, if there is one. */
  async remove(owner: string, uploadId: string): Promise<void> {
    await this.#client.send(new DeleteObjectCommand({ Bucket: this.#bucketName, Key: uploadKey(owner, uploadId) }));
  }

  async #ofUpload<T>(uploadId: string, call: () => Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (error) {
      if (isMissing(error)) throw uploadNotFound(uploadId);
      if (!(error instanceof S3ServiceException) || error.$metadata.httpStatusCode !== 412) throw error;
      throw new SubmissionError("UploadChanged", `Upload '${uploadId}' changed while it was read. Send the same request again.`);
    }
  }
}
