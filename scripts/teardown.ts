/** `npm run teardown`: removes the stack from AWS. */
import { run } from "./deploy/command.ts";

await run(async () => (await import("./deploy/teardown.ts")).teardown);
