// `npm run mutate -- <part>`: changes a part of the code in every small way there is, and counts the changes that its tests notice.
import { Stryker } from "@stryker-mutator/core";

/** The files of each part, and of its tests. */
const parts = {
  jobs: { mutate: ["functions/jobs/**/*.ts", "!functions/jobs/stage-handler.ts"], testFiles: "tests/functions/{jobs/*,*}.test.ts" },
  "stage-handler": { mutate: ["functions/jobs/stage-handler.ts"], testFiles: "tests/functions/{jobs/*,*}.test.ts" },
  interpreter: { mutate: ["packages/local/step-functions/**/*.ts"], testFiles: "packages/local/tests/step-functions/*.test.ts" },
} as const;

const [name = ""] = process.argv.slice(2);
const part = Object.entries(parts).find(([known]) => known === name)?.[1];
if (part === undefined) {
  console.error(`Name a part: npm run mutate -- ${Object.keys(parts).join(" | ")}.`);
  process.exit(1);
}

await new Stryker({
  mutate: [...part.mutate],
  testRunner: "vitest",
  vitest: { configFile: "vitest.config.ts", related: false },
  testFiles: [part.testFiles],
  coverageAnalysis: "perTest",
  concurrency: 1,
  ignorePatterns: [".build", ".local"],
  tempDirName: ".build/mutate",
  reporters: ["clear-text", "progress"],
  clearTextReporter: { reportTests: false },
}).runMutationTest();
