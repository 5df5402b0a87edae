import { HttpError } from "../stages/errors.ts";
import { queryTerms } from "../stages/search/document-vector.ts";
import type { RelatedDocuments } from "../stages/search/related-documents.ts";
import { ownerOf } from "./caller.ts";
import { type HttpRequest, type HttpResponse, json } from "./http.ts";

/** In code points. */
const longestQuery = 1_000;

/**
 * `GET /search?q=…`: the caller's own documents that match best. An empty list says that none is found by these words. A
 * query without any word is refused: nothing was looked for.
 */
export function findDocumentsRoute(related: RelatedDocuments) {
  return async (request: HttpRequest): Promise<HttpResponse> => {
    const owner = ownerOf(request);
    const readings = queryTerms(queryOf(request));
    if (readings.length === 0)
      throw new HttpError(400, "The query holds only stop words, numbers or signs. Name a word that the documents are about.");
    return json(200, { documents: await related.match(owner, readings) });
  };
}

function queryOf({ queryStringParameters }: HttpRequest): string {
  const query = queryStringParameters?.["q"]?.trim() ?? "";
  if (query === "")
    throw new HttpError(400, "Parameter 'q' is required and must not be empty. Send words to look for, as in /search?q=glacier+ice.");
  const length = [...query].length;
  if (length > longestQuery)
    throw new HttpError(400, `The query has ${length} characters; the limit is ${longestQuery}. Send the words that matter.`);
  return query;
}
