import { isMissing, SubmissionError, statusOf, uploadNotFound } from "./errors.ts";
import type { JobKey } from "./job.ts";
import type { ObjectStore } from "./object-store.ts";
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
  readonly #objects: () => Promise<ObjectStore>;
  readonly #now: Clock;

  /** @param objects loads the bucket's client, called only where there is an upload. */
  constructor(objects: () => Promise<ObjectStore>, now: Clock) {
    this.#objects = objects;
    this.#now = now;
  }

  /** @throws {@link SubmissionError} `UploadNotFound` for an upload that was never sent, is void, or has become a job. */
  async find(owner: string, uploadId: string): Promise<Upload> {
    const key = uploadKey(owner, uploadId);
    const found = await this.#ofUpload(uploadId, (objects) => objects.head(key));
    const { ContentLength: bytes = 0, ContentType: type = "", ETag: etag = "", LastModified: sentAt } = found;
    const isVoid = (sentAt?.getTime() ?? 0) / 1000 + uploadDays * 24 * 60 * 60 <= this.#now();
    if (isVoid) throw uploadNotFound(uploadId);
    return { key, bytes, type, etag };
  }

  /**
   * Copies an upload to the place of a job's document, if it is still the one that was found.
   *
   * @throws {@link SubmissionError} `UploadChanged` where another one is there, `UploadNotFound` where it is gone.
   */
  async copy(uploadId: string, { key, etag }: Upload, to: JobKey, name: string): Promise<void> {
    await this.#ofUpload(uploadId, (objects) => objects.copy(key, etag, objectKey(to, name)));
  }

  /** Removes an upload, if there is one. */
  async remove(owner: string, uploadId: string): Promise<void> {
    await (await this.#objects()).delete(uploadKey(owner, uploadId));
  }

  async #ofUpload<T>(uploadId: string, call: (objects: ObjectStore) => Promise<T>): Promise<T> {
    const objects = await this.#objects();
    try {
      return await call(objects);
    } catch (error) {
      if (isMissing(error)) throw uploadNotFound(uploadId);
      if (statusOf(error) !== 412) throw error;
      throw new SubmissionError("UploadChanged", `Upload '${uploadId}' changed while it was read. Send the same request again.`);
    }
  }
}
