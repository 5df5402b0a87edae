import type { DocumentStore } from "../jobs/document-store.ts";
import type { Job } from "../jobs/job.ts";

/** Bytes of UTF-8 up to which a text stands in the answer itself. */
const mostBytesInAnswer = 64 * 1024;

/** The record of a job as `GET /jobs/{jobId}` answers it. */
export async function jobAnswer(job: Job, documents: DocumentStore): Promise<Record<string, unknown>> {
  const { jobId, status, stage, createdAt, updatedAt, result, errorMessage, errorCode, failedStage } = job;
  const text = await textMembers(job, documents);
  return { jobId, status, stage, ...text, createdAt, updatedAt, result, errorMessage, errorCode, failedStage };
}

async function textMembers(job: Job, documents: DocumentStore): Promise<{ text: string } | { textUrl: string } | undefined> {
  if (job.text === undefined && job.textObject === undefined) return undefined;
  if (job.textObject !== undefined && job.textObject.bytes > mostBytesInAnswer) return { textUrl: `/jobs/${job.jobId}/text` };
  return { text: await documents.read(job) };
}

/** Names this state of the record: its making, and how often it has been written since. */
export const entityTagOf = (job: Job): string => `"${job.generation.slice(0, 8)}-${job.version}"`;

/** Whether `If-None-Match` names the tag; a weak mark does not matter to it (RFC 9110, 13.1.2). */
export function matches(ifNoneMatch: string | undefined, tag: string): boolean {
  const named = (ifNoneMatch ?? "").split(",").map((one) => one.trim().replace(/^W\//, ""));
  return named.includes(tag) || named.includes("*");
}
