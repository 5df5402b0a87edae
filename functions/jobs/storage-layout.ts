import { hash } from "node:crypto";
import type { JobKey } from "./job.ts";

/** The sparse index of the jobs table that holds open jobs only. */
export const openJobsIndex = "open-jobs";

/** Partitions of that index: enough that no single one limits how many jobs are accepted a second. */
export const openShards = 4;

/** The sparse index of the jobs table that holds the jobs of callers with an identity, by owner and creation. */
export const jobsOfOwnerIndex = "jobs-of-owner";

/** The prefix of every object of a job; the functions' policies and the lifecycle rule name it too. */
export const jobsPrefix = "jobs/";

/** The prefix of every upload that has not become a job; the functions' policies and the lifecycle rule name it too. */
export const uploadsPrefix = "uploads/";

/** Days after which an upload is void, whenever the bucket's lifecycle deletes it. */
export const uploadDays = 1;

/** The name of the document that the client sent, among the objects of its job. */
export const documentName = "document";

/** The key of a job's object. */
export const objectKey = ({ jobId, generation }: JobKey, name: string): string => `${jobsPrefix}${jobId}/${generation}/${name}`;

/** The key of an owner's upload, with a digest of the owner: another owner's upload is not found. */
export const uploadKey = (owner: string, uploadId: string): string => `${uploadsPrefix}${hash("sha256", owner, "base64url")}/${uploadId}`;
