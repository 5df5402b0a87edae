import * as z from "zod/mini";
import type { Stage } from "../stage.ts";

/** Finds a text's keywords, and the documents of the same owner that are about the same. */
export const search = {
  name: "search",
  input: "text",
  result: z.object({
    stage: z.literal("search"),
    topKeywords: z.array(z.string()).check(z.maxLength(5)),
    relatedDocumentsFound: z.int(),
    relatedDocuments: z.optional(z.array(z.object({ jobId: z.string(), similarity: z.number() }))),
  }),
  errors: [],
  memoryMiB: 512,
  timeoutSeconds: 10,
  attempts: 3,
  maxPaceSeconds: 5,
  access: { documents: ["s3:GetObject"], postings: ["dynamodb:Query", "dynamodb:BatchWriteItem"] },
  config: ["relatedDocuments"],
} as const satisfies Stage;
