import type { CallDescription } from "./calls.ts";
import { jsonResponse, refusal } from "./responses.ts";

const query = {
  name: "q",
  in: "query",
  required: true,
  description: "Words to look for.",
  schema: { type: "string", minLength: 1, maxLength: 1_000 },
};

const match = {
  type: "object",
  properties: { jobId: { type: "string" }, similarity: { type: "number", description: "From 0.15 to 1." } },
  required: ["jobId", "similarity"],
};
const matches = { type: "object", properties: { documents: { type: "array", maxItems: 10, items: match } }, required: ["documents"] };

/** The call that only a stack has that lists related documents. */
export const searchCall: Readonly<Record<string, CallDescription>> = {
  "GET /search": {
    operationId: "findDocuments",
    summary: "Finds the caller's own documents that match words best.",
    parameters: [query],
    responses: {
      "200": jsonResponse("The ten best, best first.", matches),
      "400": refusal("There is no query, it is too long, or it holds no word to look for."),
    },
  },
};
