/** `npm run cost`: what a million jobs cost on AWS. See {@link runCost}. */
import { parseArgs } from "node:util";
import { runCost } from "./cost/run-cost.ts";
import { parseTraffics } from "./cost/traffic.ts";

const { values } = parseArgs({
  options: {
    "jobs-seconds": { type: "string", default: "1,6" },
    "polls-per-second": { type: "string", default: "1" },
    "function-ms": { type: "string", default: "" },
    json: { type: "boolean", default: false },
  },
});
const traffics = parseTraffics(values["jobs-seconds"], values["polls-per-second"], values["function-ms"]);
if (traffics === undefined) {
  console.error(
    "--jobs-seconds takes seconds from POST to DONE, such as 1,6; --polls-per-second a number; --function-ms milliseconds by function, such as ocr=20,search=30.",
  );
  process.exitCode = 1;
} else {
  const print = (text: string) => console.log(text);
  const progress = (text: string) => console.error(text);
  await runCost({ project: process.cwd(), traffics, jobs: 10, asJson: values.json, print, progress });
}
