import { isOpen, type JobStatus } from "../jobs/job.ts";
import { type SubmitJobServices, submitJob } from "../jobs/submit-job.ts";
import { ownerRoute } from "./caller.ts";
import { type HttpRequest, header, json, type Route } from "./http.ts";
import { HttpError } from "./problems.ts";
import { submittedDocument } from "./submitted-document.ts";

const messages: Readonly<Record<JobStatus, string>> = {
  PENDING: "Job accepted. Poll GET /jobs/{jobId} for status updates.",
  IN_PROGRESS: "Job is running. Poll GET /jobs/{jobId} for status updates.",
  DONE: "Job is done. GET /jobs/{jobId} returns its result.",
  ERROR: "Job failed. GET /jobs/{jobId} returns the reason.",
};

/** `POST /jobs`: accepts a document, and answers with its job at once. A repeated request gets the same job as it is now. */
export function createJobRoute(services: SubmitJobServices): Route {
  return ownerRoute(async (request, owner) => {
    const document = await submittedDocument(request);
    const { job, isReplay } = await submitJob({ owner, document, idempotencyKey: idempotencyKeyOf(request) }, services);
    const { jobId, status } = job;
    return json(
      202,
      { jobId, status, message: messages[status] },
      {
        location: `/jobs/${jobId}`,
        ...(isOpen(job) && { "retry-after": "1" }),
        ...(isReplay && { "idempotency-replayed": "true" }),
      },
    );
  });
}

/** @throws {@link HttpError} `InvalidIdempotencyKey`. */
function idempotencyKeyOf(request: HttpRequest): string | undefined {
  const key = header(request, "idempotency-key");
  if (key === undefined || /^[\x20-\x7e]{16,255}$/.test(key)) return key;
  const sentence = "Idempotency-Key must be 16 to 255 printable ASCII characters, for example a random UUID.";
  throw new HttpError("InvalidIdempotencyKey", sentence);
}
