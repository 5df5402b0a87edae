import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { StageServices } from "../jobs/stage-handler.ts";
import { documentStore } from "./documents.ts";
import { environmentVariable, systemClock } from "./environment.ts";
import { jobRepository, telemetry } from "./services.ts";

export const stageServices = (): StageServices => ({
  jobs: jobRepository(),
  documents: documentStore(),
  ...telemetry,
  now: systemClock,
  pace: () => sleep(1_000 * Number(environmentVariable("PACE_SECONDS"))),
  attemptName: () => randomBytes(9).toString("base64url"),
});
