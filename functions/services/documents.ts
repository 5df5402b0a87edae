import { DocumentStore } from "../jobs/document-store.ts";
import { UploadStore } from "../jobs/upload-store.ts";
import { environmentVariable, systemClock } from "./environment.ts";

const bucketName = (): string => environmentVariable("DOCUMENTS_BUCKET");

/** S3's client is loaded with the first document that is not in its record. */
export const documentStore = (name = bucketName()): DocumentStore =>
  new DocumentStore(once(async () => (await import("./s3.ts")).objectStore(name)));

export const uploadStore = (name = bucketName()): UploadStore =>
  new UploadStore(
    once(async () => (await import("./s3.ts")).patientObjectStore(name)),
    systemClock,
  );

function once<Value>(create: () => Value): () => Value {
  let value: Value | undefined;
  return () => {
    value ??= create();
    return value;
  };
}
