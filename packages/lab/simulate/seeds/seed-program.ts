// The program of a process that does runs for another one. See SeedProcess.
import { simulate } from "../simulate.ts";
import { AllBut } from "./only.ts";
import type { SeedAnswer, SeedRequest } from "./seed-process.ts";

const answer = (message: SeedAnswer) => process.send?.(message);

process.on("message", ({ only, ...options }: SeedRequest) => {
  simulate({ ...options, ...(only && { without: new AllBut(only) }) }).then(
    (report) => answer({ report }),
    (error) => answer({ error: error instanceof Error ? String(error.stack) : String(error) }),
  );
});
process.on("SIGINT", () => undefined); // of a terminal: the process that this one belongs to ends it
process.on("disconnect", () => process.exit());
