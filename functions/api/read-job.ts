import type { DocumentStore } from "../jobs/document-store.ts";
import { isOpen, type Job } from "../jobs/job.ts";
import { isUuid } from "../jobs/job-ids.ts";
import type { JobRepository } from "../jobs/job-repository.ts";
import { ownerRoute } from "./caller.ts";
import { type HttpRequest, type HttpResponse, isUnchanged, jobIdOf, json, type Route } from "./http.ts";
import { jobRecord } from "./job-record.ts";
import { HttpError, refusalOf } from "./problems.ts";

/** Maximum of a text in the answer itself, in bytes of UTF-8. */
const maxTextBytesInAnswer = 64 * 1024;

export interface ReadJobServices {
  readonly jobs: JobRepository;
  readonly documents: DocumentStore;
}

/** `GET /jobs/{jobId}`: the record, or `304` where it is unchanged. */
export function getJobRoute({ jobs, documents }: ReadJobServices): Route {
  return createRoute(jobs, async (job, request) => {
    const headers = { etag: entityTagOf(job), ...(isOpen(job) && { "retry-after": "1" }) };
    if (isUnchanged(request, headers.etag)) return { statusCode: 304, headers };
    return json(200, jobRecord(job, await textMembers(job, documents)), headers);
  });
}

/** `GET /jobs/{jobId}/text`: the whole text as the later stages see it. */
export function getTextRoute({ jobs, documents }: ReadJobServices): Route {
  return createRoute(jobs, async (job) => {
    if (job.result.ocr === undefined) throw textMissing(job);
    const headers = { "content-type": "text/plain; charset=utf-8" };
    // In base64 a text of control characters stays as small as any; escaped in JSON it would outgrow what a function may answer.
    const body = Buffer.from(await documents.read(job)).toString("base64");
    return { statusCode: 200, headers, body, isBase64Encoded: true };
  });
}

function textMissing(job: Job): HttpError {
  if (isOpen(job)) return new HttpError("TextNotReady", `Job '${job.jobId}' has no text yet: OCR has not finished.`);
  return new HttpError("TextNotFound", `Job '${job.jobId}' has no text: it failed before OCR had finished.`);
}

/** A job that is deleted while it is read loses its objects first: then there is no such job. */
function createRoute(jobs: JobRepository, answer: (job: Job, request: HttpRequest) => Promise<HttpResponse>): Route {
  return ownerRoute(async (request, owner) => {
    const jobId = jobIdOf(request);
    try {
      return await answer(await find(jobs, jobId, owner), request);
    } catch (error) {
      if (refusalOf(error) === undefined) await find(jobs, jobId, owner);
      throw error;
    }
  });
}

async function find(jobs: JobRepository, jobId: string, owner: string): Promise<Job> {
  const job = isUuid(jobId) ? await jobs.get(jobId) : undefined;
  if (job === undefined || job.owner !== owner) throw new HttpError("JobNotFound", `Job '${jobId}' not found`);
  return job;
}

async function textMembers(job: Job, documents: DocumentStore): Promise<{ text: string } | { textUrl: string } | undefined> {
  if (job.text === undefined && job.textObject === undefined) return undefined;
  if (job.textObject !== undefined && job.textObject.bytes > maxTextBytesInAnswer) return { textUrl: `/jobs/${job.jobId}/text` };
  return { text: await documents.read(job) };
}

/** Names this state of the record: its generation, and the count of its writes. */
const entityTagOf = (job: Job): string => `"${job.generation.slice(0, 8)}-${job.version}"`;
