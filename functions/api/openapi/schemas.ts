import * as z from "zod/mini";
import { jobStatuses } from "../../jobs/job.ts";
import { stages } from "../../stages/registry.ts";
import { memberName } from "../../stages/stage.ts";

/** Seconds since 1970. */
const time = z.int();
const stage = z.enum(stages.map(({ name }) => name));

const accepted = z.object({ jobId: z.string(), status: z.literal("PENDING"), message: z.string() });

const result = z.object(Object.fromEntries(stages.map((stage) => [memberName(stage), z.optional(stage.result)])));

const jobRecord = z.object({
  jobId: z.string(),
  status: z.enum(jobStatuses),
  stage: z.optional(stage),
  text: z.optional(z.string()),
  textUrl: z.optional(z.string()),
  createdAt: time,
  updatedAt: time,
  result,
  errorMessage: z.optional(z.string()),
  errorCode: z.optional(z.string()),
  failedStage: z.optional(stage),
});

const upload = z.object({ uploadId: z.string(), url: z.string(), headers: z.record(z.string(), z.string()), expiresAt: time });

/** What a function answers in place of what was asked for: the seed's `error`, and the members of RFC 9457. */
const problem = z.object({ error: z.string(), type: z.string(), title: z.string(), status: z.int(), detail: z.string() });

/** What the gateway answers by itself. */
const gatewayError = z.object({ message: z.string() });

/** What answers are made of, by the names that the description has for them. */
export const answerSchemas = { Accepted: accepted, JobRecord: jobRecord, Upload: upload, Problem: problem, GatewayError: gatewayError };
