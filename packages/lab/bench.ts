/** `npm run bench`: measures the stack on this machine. See {@link runBench}. */
import { parseArgs } from "node:util";
import { runBench } from "./bench/run-bench.ts";
import { settings } from "./bench/settings.ts";

const { values } = parseArgs({
  options: { jobs: { type: "string", default: "600" }, seconds: { type: "string", default: "20" } },
});
const [jobs, seconds] = [Number(values.jobs), Number(values.seconds)];
if (Number.isInteger(jobs) && jobs > 0 && seconds > 0) {
  await runBench({
    project: process.cwd(),
    settings,
    jobs,
    seconds,
    waiting: { jobs: 200, paceSeconds: 5 },
    restMilliseconds: 3_000,
    print: (text) => console.log(text),
  });
} else {
  console.error("--jobs takes a whole number of jobs for each load, --seconds the maximum time of one.");
  process.exitCode = 1;
}
