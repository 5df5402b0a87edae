import type { DocumentStore } from "../jobs/document-store.ts";
import { isOpen, type Job } from "../jobs/job.ts";
import type { JobRepository } from "../jobs/job-repository.ts";
import { HttpError } from "../stages/errors.ts";
import { ownerOf } from "./caller.ts";
import { type HttpRequest, type HttpResponse, header, isUuid, jobIdOf, jobNotFound, json } from "./http.ts";
import { entityTagOf, jobAnswer, matches } from "./job-answer.ts";

export interface ReadJobServices {
  readonly jobs: JobRepository;
  readonly documents: DocumentStore;
}

/** `GET /jobs/{jobId}`: the record, or `304` where the client has it as it is. */
export function getJobRoute({ jobs, documents }: ReadJobServices) {
  return createRoute(jobs, async (job, request) => {
    // A poller asks again in a second while there is more to come.
    const headers = { etag: entityTagOf(job), ...(isOpen(job) && { "retry-after": "1" }) };
    if (matches(header(request, "if-none-match"), headers.etag)) return { statusCode: 304, headers };
    return json(200, await jobAnswer(job, documents), headers);
  });
}

/** `GET /jobs/{jobId}/text`: the whole text that the later stages see. */
export function getTextRoute({ jobs, documents }: ReadJobServices) {
  return createRoute(jobs, async (job) => {
    if (job.result.ocr === undefined) throw new HttpError(404, `Job '${job.jobId}' has no text yet: OCR has not finished`);
    const headers = { "content-type": "text/plain; charset=utf-8" };
    // In base64 a text of control characters stays as small as any; escaped in JSON it would outgrow what a function may answer.
    const body = Buffer.from(await documents.read(job)).toString("base64");
    return { statusCode: 200, headers, body, isBase64Encoded: true };
  });
}

/** What a job that is deleted meanwhile has kept elsewhere cannot be read any more: then there is no such job. */
function createRoute(jobs: JobRepository, answer: (job: Job, request: HttpRequest) => Promise<HttpResponse>) {
  return async (request: HttpRequest): Promise<HttpResponse> => {
    try {
      return await answer(await find(jobs, request), request);
    } catch (error) {
      if (!(error instanceof HttpError)) await find(jobs, request);
      throw error;
    }
  };
}

async function find(jobs: JobRepository, request: HttpRequest): Promise<Job> {
  const jobId = jobIdOf(request);
  const job = isUuid(jobId) ? await jobs.get(jobId) : undefined;
  if (job === undefined || job.owner !== ownerOf(request)) throw jobNotFound(jobId);
  return job;
}
