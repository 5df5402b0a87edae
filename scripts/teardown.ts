/** `npm run teardown`: removes the stack from AWS. */
import { run } from "./deploy/run.ts";

await run(async () => (await import("./deploy/teardown.ts")).teardown);
