import { configDefaults, defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Tests that replace a module, measure the process that they run in, or look at its children. */
const alone = [
  "tests/end-to-end/crash.test.ts",
  "tests/functions/stages/ocr/{decode-image,read-document,run}.test.ts",
  "packages/local/tests/lambda/stop.test.ts",
];

/** Outside of the folders that start whole runtimes. */
const otherLong = [
  ...["packages/lab/tests/bench.test.ts", "packages/lab/tests/simulate/kill.test.ts", "packages/lab/tests/simulate/simulate.test.ts"],
  ...["tests/functions/interleavings.test.ts", "tests/infrastructure/bundle.test.ts"],
];

/**
 * Long files first, so that no worker is left with one when the others are done; before them those that run alone, as a worker for
 * all other files loses what it has loaded and evaluated where the next file is to run alone.
 */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isLong = ({ moduleId }: TestSpecification) =>
      /\/tests\/(?:end-to-end|docs)\//.test(moduleId) || otherLong.some((file) => moduleId.endsWith(file));
    const place = (file: TestSpecification) => (file.project.name === "alone" ? 0 : isLong(file) ? 1 : 2);
    const sorted = await super.sort(files);
    return sorted.toSorted((one, other) => place(one) - place(other));
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
    // esbuild is loaded by the program and by the runtime, here in one process, where its thread for synchronous calls can wait forever.
    env: { POWERTOOLS_METRICS_DISABLED: "true", ESBUILD_WORKER_THREADS: "0" },
    projects: [
      {
        extends: true,
        test: { name: "together", isolate: false, include: ["**/*.test.ts"], exclude: [...configDefaults.exclude, ".build/**", ...alone] },
      },
      { extends: true, test: { name: "alone", include: alone } },
    ],
  },
});
