import { configDefaults, defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Tests that replace a module, measure the process that they run in, or look at its children. */
const alone = [
  "tests/end-to-end/crash.test.ts",
  "tests/functions/stages/ocr/{decode-image,read-document,run}.test.ts",
  "packages/local/tests/lambda/stop.test.ts",
];

/** Whole runtimes first, so that no worker is left with one when the others are done. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isLong = ({ moduleId }: TestSpecification) => /\/tests\/(?:end-to-end|docs)\//.test(moduleId);
    const sorted = await super.sort(files);
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}

export default defineConfig({
  test: {
    maxWorkers: "100%", // one processor less by default, which on two of them takes twice the time
    globalSetup: "tests/support/build-functions.ts",
    sequence: { sequencer: LongestFirst },
    testTimeout: 60_000,
    hookTimeout: 60_000,
    restoreMocks: true,
    env: { POWERTOOLS_METRICS_DISABLED: "true" },
    projects: [
      {
        extends: true,
        test: { name: "together", isolate: false, include: ["**/*.test.ts"], exclude: [...configDefaults.exclude, ".build/**", ...alone] },
      },
      { extends: true, test: { name: "alone", include: alone } },
    ],
  },
});
