/** Figures of AWS that a local run does not give. docs/cost.md says where each comes from. */
export const assumptions = {
  /** Milliseconds that a function waits for one call of a service in its region. */
  waitMilliseconds: { dynamodb: 5, s3: 25, states: 20 } as Readonly<Record<string, number>>,
  /** MiB with which Lambda gives one whole core; with less it gives a share. */
  mebibytesPerCore: 1_769,
  /** Share of executions that X-Ray's default rule records. */
  tracedShare: 0.05,
  /** Bytes that CloudWatch Logs adds to each line. */
  bytesPerLine: 26,
  /** MB of an Express execution before its definition and data. */
  expressMegabytes: 50,
  /** The one worker of the demonstration that this API began as: it sleeps, and writes its record at its start and at its end. */
  sleepingWorker: { seconds: 5, memoryMiB: 256, writeUnits: 3 },
};

const requestId = "79b4f56e-95b1-4643-9700-2807f4e68189";

/** The lines that Lambda itself logs of each invocation at system log level INFO, in JSON. */
export const platformLines = [
  { time: "2026-11-24T10:00:00.046Z", type: "platform.start", record: { requestId, version: "12" } },
  {
    time: "2026-11-24T10:00:00.072Z",
    type: "platform.report",
    record: {
      requestId,
      metrics: { durationMs: 25.383, billedDurationMs: 26, memorySizeMB: 1024, maxMemoryUsedMB: 118 },
      status: "success",
    },
  },
].map((line) => JSON.stringify(line));
