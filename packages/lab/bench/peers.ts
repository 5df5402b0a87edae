/** What others came to on a machine with two cores, each set to keep what it has acknowledged. */
export const peersMeasured = "2026-11, 2 cores, durable";

export interface Peer {
  readonly name: string;
  readonly jobsPerSecond: number;
  /** Milliseconds, the median of one client. */
  readonly submitToDone: number;
}

export const peers: readonly Peer[] = [
  { name: "BullMQ, Redis synced", jobsPerSecond: 1_787, submitToDone: 3.2 },
  { name: "Step Functions emulator in Python", jobsPerSecond: 262, submitToDone: 154 },
  { name: "DBOS on Postgres", jobsPerSecond: 193, submitToDone: 12 },
  { name: "Restate", jobsPerSecond: 143, submitToDone: 17 },
  { name: "plain worker on an emulator", jobsPerSecond: 63, submitToDone: 23 },
];
