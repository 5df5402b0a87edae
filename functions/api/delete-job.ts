import type { DocumentStore } from "../jobs/document-store.ts";
import type { Job } from "../jobs/job.ts";
import { isUuid } from "../jobs/job-ids.ts";
import type { JobRepository } from "../jobs/job-repository.ts";
import type { UploadStore } from "../jobs/upload-store.ts";
import type { RelatedDocuments } from "../stages/search/related-documents.ts";
import { ownerRoute } from "./caller.ts";
import { jobIdOf, type Route } from "./http.ts";

export interface DeleteJobServices {
  readonly jobs: JobRepository;
  readonly documents: DocumentStore;
  readonly related: RelatedDocuments;
  readonly uploads: Pick<UploadStore, "remove">;
}

/**
 * `DELETE /jobs/{jobId}`: removes the record, the document and everything derived from it. The record goes last: an interrupted
 * call can be repeated, and does the rest. A job that is created under the same id meanwhile is not touched.
 */
export function deleteJobRoute(services: DeleteJobServices): Route {
  return ownerRoute(async (request, owner) => {
    const jobId = jobIdOf(request);
    const job = isUuid(jobId) ? await services.jobs.close(jobId, owner) : undefined;
    if (job !== undefined) await removeAllOf(job, services);
    return { statusCode: 204 };
  });
}

async function removeAllOf(job: Job, { jobs, documents, related, uploads }: DeleteJobServices): Promise<void> {
  await related.remove(job, job.postedTerms ?? (await termsLeftBehind(job, documents, related)));
  await documents.removeAll(job);
  if (job.uploadId !== undefined) await uploads.remove(job.owner, job.uploadId);
  await jobs.remove(job);
}

/** A search stage that crashed after it had posted its terms has not saved them in the record; they are computed from the text. */
async function termsLeftBehind(job: Job, documents: DocumentStore, related: RelatedDocuments): Promise<readonly string[]> {
  // Where the text is gone, an interrupted call has removed the postings before it.
  const text = job.result.mlInference && (await documents.find(job));
  if (text === undefined) return [];
  // Their tables are slow to load, and hardly ever needed here.
  const [{ documentTerms }, { proseOf }] = await Promise.all([import("../stages/search/document-vector.ts"), import("../stages/prose.ts")]);
  return related.postedTermsOf(documentTerms(await proseOf(text)));
}
