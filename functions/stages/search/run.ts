import { proseOf } from "../prose.ts";
import type { StageFunction } from "../stage-function.ts";
import { documentTermsFrom } from "./document-vector.ts";
import type { RelatedDocuments } from "./related-documents.ts";
import type { search } from "./stage.ts";
import { termUses } from "./term-uses.ts";
import { topKeywords } from "./top-keywords.ts";

/** Keywords only, or also how many documents are related, or which. */
export type RelatedDocumentsMode = "off" | "count" | "list";

export function runWith(related: RelatedDocuments, mode: RelatedDocumentsMode): StageFunction<typeof search> {
  return async ({ text, job }) => {
    const uses = termUses(await proseOf(text));
    const keywords = { stage: "search", topKeywords: topKeywords(uses) } as const;
    if (mode === "off") return { result: { ...keywords, relatedDocumentsFound: 0 } };
    const document = documentTermsFrom(uses);
    const { found, documents } = await related.find(job, document);
    const postedTerms = await related.post(job, document);
    return {
      result: { ...keywords, relatedDocumentsFound: found, ...(mode === "list" && { relatedDocuments: [...documents] }) },
      fields: { postedTerms },
      undo: () => related.remove(job, postedTerms),
    };
  };
}
