/** `npm run deploy`: puts the stack on AWS. */
import { run } from "./deploy/command.ts";

await run(async () => (await import("./deploy/deploy.ts")).deploy);
