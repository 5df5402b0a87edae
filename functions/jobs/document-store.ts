import type { UnreadDocument } from "../stages/document.ts";
import { isMissing } from "./errors.ts";
import type { DocumentObject, Job, JobKey, TextObject } from "./job.ts";
import type { ObjectStore } from "./object-store.ts";
import { objectKey } from "./storage-layout.ts";

/**
 * Bytes of UTF-8 up to which a text lives in its record. DynamoDB bills each of a job's writes by the size of the
 * whole record, in steps of 1 KB.
 */
const maxInlineBytes = 320;

/** The place of a text: the record or the bucket. */
export type TextPlace = { readonly text: string } | { readonly textObject: TextObject };

/** The place of a document that is still to be read: always the bucket. */
export interface DocumentPlace {
  readonly document: DocumentObject;
}

/** Keeps the documents of jobs, and their texts, short ones in the record and long ones in the bucket, and hides which. */
export class DocumentStore {
  readonly #objects: () => Promise<ObjectStore>;

  /** @param objects loads the bucket's client, called only where a document is not in its record. */
  constructor(objects: () => Promise<ObjectStore>) {
    this.#objects = objects;
  }

  /**
   * Puts a document into the bucket, or leaves a short text to the record.
   *
   * @param name the last part of the object's key, unique among the objects of the job's generation.
   */
  put(key: JobKey, name: string, text: string): Promise<TextPlace>;
  put(key: JobKey, name: string, document: string | UnreadDocument): Promise<TextPlace | DocumentPlace>;
  async put(key: JobKey, name: string, document: string | UnreadDocument): Promise<TextPlace | DocumentPlace> {
    const body = typeof document === "string" ? Buffer.from(document) : document.bytes;
    const bytes = body.byteLength;
    if (typeof document === "string" && bytes <= maxInlineBytes) return { text: document };
    const contentType = typeof document === "string" ? "text/plain; charset=utf-8" : document.type;
    await (await this.#objects()).put(objectKey(key, name), body, contentType);
    return typeof document === "string" ? { textObject: { name, bytes } } : { document: { name, bytes, type: document.type } };
  }

  /** Reads the document that a job was created from: an image, a PDF or HTML that OCR has yet to read, or a text. */
  async readDocument(job: Job): Promise<string | UnreadDocument> {
    if (job.document === undefined) return this.read(job);
    const { name, type } = job.document;
    return { type, bytes: await (await this.#body(job, name)).transformToByteArray() } as UnreadDocument;
  }

  /** Reads the beginning of an object, or all of a shorter one. */
  async readStart(key: JobKey, name: string, bytes: number): Promise<Uint8Array> {
    return (await this.#body(key, name, `bytes=0-${bytes - 1}`)).transformToByteArray();
  }

  /** Reads the text that a job's record says where to find. */
  async read(job: Job): Promise<string> {
    if (job.text !== undefined) return job.text;
    if (job.textObject === undefined) throw new Error("The record names no text.");
    return (await this.#body(job, job.textObject.name)).transformToString("utf-8");
  }

  /** Reads the text of a job whose objects may have been removed already. */
  async find(job: Job): Promise<string | undefined> {
    if (job.textObject === undefined) return job.text;
    const objects = await this.#objects();
    return (await objects.has(objectKey(job, job.textObject.name))) ? this.read(job) : undefined;
  }

  /** Keeps a value beside the document of a job, under a name that follows from the job: a repeat writes the same. */
  async putJson(key: JobKey, name: string, value: unknown): Promise<void> {
    await (await this.#objects()).put(objectKey(key, name), Buffer.from(JSON.stringify(value)), "application/json");
  }

  /** @returns the value under a name, or nothing where there is none. */
  async findJson(key: JobKey, name: string): Promise<unknown> {
    try {
      return JSON.parse(await (await this.#body(key, name)).transformToString("utf-8"));
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }

  /** Removes objects of a job, whether they are there or not. */
  async discard(key: JobKey, ...names: readonly string[]): Promise<void> {
    await (await this.#objects()).delete(...names.map((name) => objectKey(key, name)));
  }

  /** Removes every object of a job's generation. */
  async removeAll(key: JobKey): Promise<void> {
    await (await this.#objects()).deleteAll(objectKey(key, ""));
  }

  async #body(key: JobKey, name: string, range?: string) {
    return (await this.#objects()).body(objectKey(key, name), range);
  }
}
