import { queryTerms } from "../stages/search/document-vector.ts";
import { searchLimits } from "../stages/search/limits.ts";
import type { RelatedDocuments } from "../stages/search/related-documents.ts";
import { ownerRoute } from "./caller.ts";
import { type HttpRequest, json, type Route } from "./http.ts";
import { HttpError } from "./problems.ts";

/** `GET /search?q=…`: the caller's own documents that match best. An empty list says that none is found by these words. */
export function findDocumentsRoute(related: RelatedDocuments): Route {
  return ownerRoute(async (request, owner) => {
    const readings = queryTerms(queryOf(request));
    if (readings.length === 0) {
      const sentence = "Parameter 'q' has only stop words, numbers or punctuation. Send a word that the documents are about.";
      throw new HttpError("InvalidQuery", sentence);
    }
    return json(200, { documents: await related.match(owner, readings) });
  });
}

function queryOf({ queryStringParameters }: HttpRequest): string {
  const query = queryStringParameters?.["q"]?.trim() ?? "";
  if (query === "") {
    const sentence = "Parameter 'q' is required and must not be empty. Send words to search for, as in /search?q=glacier+ice.";
    throw new HttpError("InvalidQuery", sentence);
  }
  const [length, limit] = [[...query].length, searchLimits.maxQueryCharacters];
  if (length <= limit) return query;
  throw new HttpError("InvalidQuery", `Parameter 'q' has ${length} characters; the limit is ${limit}. Send fewer words.`);
}
