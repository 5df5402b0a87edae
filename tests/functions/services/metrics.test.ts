import { afterEach, beforeEach, expect, test, vi } from "vitest";

const lines: unknown[] = [];

beforeEach(() => {
  vi.stubEnv("POWERTOOLS_METRICS_NAMESPACE", "async-text-processing/dev");
  vi.stubEnv("POWERTOOLS_SERVICE_NAME", "search");
  vi.stubEnv("POWERTOOLS_METRICS_DISABLED", "false");
  vi.stubEnv("AWS_LAMBDA_LOG_LEVEL", "ERROR");
  vi.stubEnv("POWERTOOLS_DEV", "true"); // lets it write to the console that is spied on
  vi.spyOn(console, "log").mockImplementation((line) => lines.push(JSON.parse(line)));
  vi.resetModules();
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  lines.length = 0;
});

test("values become one line of the embedded metric format, by stack and function", async () => {
  const { recordMetrics } = await import("../../../functions/services/metrics.ts");

  recordMetrics({ JobsDone: 1, JobDuration: 6 });

  expect(lines).toEqual([
    {
      _aws: {
        Timestamp: expect.any(Number),
        CloudWatchMetrics: [
          {
            Namespace: "async-text-processing/dev",
            Dimensions: [["service"]],
            Metrics: [
              { Name: "JobsDone", Unit: "Count" },
              { Name: "JobDuration", Unit: "Seconds" },
            ],
          },
        ],
      },
      service: "search",
      // Lambda's filter lets it through at this level.
      level: "ERROR",
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      JobsDone: 1,
      JobDuration: 6,
    },
  ]);
});

test("a value is written once, and none is left for the next line", async () => {
  const { recordMetrics } = await import("../../../functions/services/metrics.ts");

  recordMetrics({ StageFailures: 1 });
  recordMetrics({ JobsSwept: 0 });

  expect(lines).toMatchObject([{ StageFailures: 1 }, { JobsSwept: 0 }]);
  expect(lines[1]).not.toHaveProperty("StageFailures");
});
