import {
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  paginateListObjectsV2,
  type S3Client,
  S3ServiceException,
} from "@aws-sdk/client-s3";
import type { ScannedDocument } from "../stages/document.ts";
import type { DocumentObject, Job, JobKey, TextObject } from "./job.ts";
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
  readonly #client: S3Client;
  readonly #bucketName: string;

  constructor(client: S3Client, bucketName: string) {
    this.#client = client;
    this.#bucketName = bucketName;
  }

  /**
   * Puts a document into the bucket, or leaves a short text to the record.
   *
   * @param name the last part of the object's key, unique among the objects of the job's generation.
   */
  put(key: JobKey, name: string, text: string): Promise<TextPlace>;
  put(key: JobKey, name: string, document: string | ScannedDocument): Promise<TextPlace | DocumentPlace>;
  async put(key: JobKey, name: string, document: string | ScannedDocument): Promise<TextPlace | DocumentPlace> {
    const body = typeof document === "string" ? Buffer.from(document) : document.bytes;
    const bytes = body.byteLength;
    if (typeof document === "string" && bytes <= maxInlineBytes) return { text: document };
    const ContentType = typeof document === "string" ? "text/plain; charset=utf-8" : document.type;
    await this.#client.send(new PutObjectCommand({ Bucket: this.#bucketName, Key: objectKey(key, name), Body: body, ContentType }));
    return typeof document === "string" ? { textObject: { name, bytes } } : { document: { name, bytes, type: document.type } };
  }

  /** Reads the document that a job was created from: an image or a PDF that OCR has yet to read, or a text. */
  async readDocument(job: Job): Promise<string | ScannedDocument> {
    if (job.document === undefined) return this.read(job);
    const { name, type } = job.document;
    return { type, bytes: await (await this.#body(job, name)).transformToByteArray() };
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
    const Prefix = objectKey(job, job.textObject.name);
    const { KeyCount } = await this.#client.send(new ListObjectsV2Command({ Bucket: this.#bucketName, Prefix, MaxKeys: 1 }));
    return KeyCount === 0 ? undefined : this.read(job);
  }

  /** Keeps a value beside the document of a job, under a name that follows from the job: a repeat writes the same. */
  async putJson(key: JobKey, name: string, value: unknown): Promise<void> {
    const object = { Bucket: this.#bucketName, Key: objectKey(key, name), ContentType: "application/json" };
    await this.#client.send(new PutObjectCommand({ ...object, Body: JSON.stringify(value) }));
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
    const objects = names.map((name) => ({ Key: objectKey(key, name) }));
    if (objects.length > 1) await this.#deleteObjects(objects);
    else await this.#client.send(new DeleteObjectCommand({ Bucket: this.#bucketName, Key: objects[0]?.Key }));
  }

  /** Removes every object of a job's generation. */
  async removeAll(key: JobKey): Promise<void> {
    const pages = paginateListObjectsV2({ client: this.#client }, { Bucket: this.#bucketName, Prefix: objectKey(key, "") });
    for await (const { Contents = [] } of pages) await this.#deleteObjects(Contents.map(({ Key }) => ({ Key })));
  }

  async #body(key: JobKey, name: string, range?: string) {
    const object = { Bucket: this.#bucketName, Key: objectKey(key, name) };
    const { Body } = await this.#client.send(new GetObjectCommand({ ...object, Range: range }));
    if (Body === undefined) throw new Error("The object has no body.");
    return Body;
  }

  async #deleteObjects(objects: { Key: string | undefined }[]): Promise<void> {
    if (objects.length === 0) return;
    const { Errors = [] } = await this.#client.send(
      new DeleteObjectsCommand({ Bucket: this.#bucketName, Delete: { Objects: objects, Quiet: true } }),
    );
    if (Errors.length > 0) throw new Error(`${Errors.length} of ${objects.length} objects could not be deleted.`);
  }
}

/** S3 answers 403 for a missing object to those who may not list the bucket. */
export function isMissing(error: unknown): boolean {
  const status = error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined;
  return status === 404 || status === 403;
}
