import type { DocumentStore } from "./document-store.ts";
import { type HttpRequest, type HttpResponse, isJobId, jobIdOf, ownerOf } from "./http.ts";
import type { Job } from "./job.ts";
import type { JobRepository } from "./job-repository.ts";
import type { RelatedDocuments } from "./search/related-documents.ts";

export interface DeleteJobServices {
  readonly jobs: JobRepository;
  readonly documents: Pick<DocumentStore, "removeAll">;
  readonly related: Pick<RelatedDocuments, "remove">;
}

/**
 * `DELETE /jobs/{jobId}`: removes the record, the document and everything derived from it. A call that breaks off can be
 * repeated, and does the rest.
 */
export function deleteJobRoute({ jobs, documents, related }: DeleteJobServices) {
  const removePostings = async (job: Job | undefined) => {
    if (job?.postedTerms !== undefined) await related.remove(job, job.postedTerms);
  };
  return async (request: HttpRequest): Promise<HttpResponse> => {
    const jobId = jobIdOf(request);
    if (!isJobId(jobId)) return { statusCode: 204 };
    const owner = ownerOf(request);
    const job = await jobs.get(jobId);
    if (job !== undefined && job.owner !== owner) return { statusCode: 204 };
    // Only the record knows the postings, so it goes after them; those of a stage that ends just now it names itself.
    await removePostings(job);
    const removed = await jobs.remove(jobId, owner);
    if (job?.postedTerms === undefined) await removePostings(removed);
    await documents.removeAll(jobId);
    return { statusCode: 204 };
  };
}
