import * as z from "zod/mini";
import type { Stage } from "../stage.ts";

/** Classifies the attitude of a text to its subject. */
export const mlInference = {
  name: "ml_inference",
  input: "text",
  result: z.object({
    stage: z.literal("ml_inference"),
    sentiment: z.enum(["NEGATIVE", "NEUTRAL", "POSITIVE"]),
    confidence: z.number().check(z.minimum(0), z.maximum(1)),
    tokenCount: z.int(),
    language: z.optional(z.string()),
  }),
  errors: [],
  memoryMiB: 1024,
  timeoutSeconds: 10,
  attempts: 3,
  maxPaceSeconds: 5,
  access: { documents: ["s3:GetObject"] },
} as const satisfies Stage;
