import type { StageFunction } from "../../jobs/stage-handler.ts";
import { documentTermsFrom } from "./document-vector.ts";
import type { RelatedDocuments } from "./related-documents.ts";
import { termUses } from "./term-uses.ts";
import { topKeywords } from "./top-keywords.ts";

/** What is found of related documents: nothing, how many, or also which. */
export type RelatedDocumentsMode = "off" | "count" | "list";

/** The search stage: a text's keywords, and the documents of the same owner that are about the same. */
export function searchStage(related: RelatedDocuments, mode: RelatedDocumentsMode): StageFunction<"search"> {
  return async ({ text, job }) => {
    const uses = termUses(text);
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
