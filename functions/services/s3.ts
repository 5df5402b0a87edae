import { S3Client } from "@aws-sdk/client-s3";
import { ObjectStore } from "../jobs/object-store.ts";
import type { UploadSigner } from "../jobs/upload-address.ts";
import { clientConfig } from "./client-config.ts";
import { environmentVariable, systemClock } from "./environment.ts";

/** S3 answers when it has copied a large upload, not before. */
const patientConfig = { ...clientConfig, requestHandler: { ...clientConfig.requestHandler, requestTimeout: 15_000 } } as const;

export const objectStore = (bucketName: string): ObjectStore => new ObjectStore(new S3Client(clientConfig), bucketName);

export const patientObjectStore = (bucketName: string): ObjectStore => new ObjectStore(new S3Client(patientConfig), bucketName);

export const uploadSigner = (): UploadSigner => ({
  client: new S3Client({ ...clientConfig, requestChecksumCalculation: "WHEN_REQUIRED" }),
  bucketName: environmentVariable("DOCUMENTS_BUCKET"),
  now: systemClock,
});
