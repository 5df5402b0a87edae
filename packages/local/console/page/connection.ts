import type { JobDetail, JobSummary, Stats, StreamMessage } from "../model/console-api.ts";

/** Everything that the page shows and that the runtime tells. */
export interface ConsoleState {
  readonly isLive: boolean;
  /** Newest first. */
  readonly jobs: readonly JobSummary[];
  /** The job that is followed; undefined until the first answer, and null where there is no such job. */
  readonly job: JobDetail | null | undefined;
  readonly stats: Stats;
}

export const emptyState: ConsoleState = {
  isLive: false,
  jobs: [],
  job: undefined,
  stats: { running: 0, queued: 0, perSecond: [], faults: 0 },
};

const maxJobs = 10_000;
const retryMilliseconds = 500;

/**
 * Follows the runtime's stream, and the details of one job. A lost connection is opened again until it stands; what was shown stays.
 *
 * @param jobId the job whose details are wanted.
 * @param changed is called with each new state, at most once a frame.
 * @returns how to end it.
 */
export function connect(jobId: string | undefined, from: ConsoleState, changed: (state: ConsoleState) => void): () => void {
  const jobs = new Map(from.jobs.map((job) => [job.jobId, job]));
  let [state, frame, retry]: [ConsoleState, number, number] = [{ ...from, job: undefined }, 0, 0];
  let source: EventSource | undefined;
  const publish = (): void => {
    if (frame !== 0) return;
    frame = requestAnimationFrame(() => {
      frame = 0;
      changed({ ...state, jobs: sorted(jobs) });
    });
  };
  const receive = (message: StreamMessage): void => {
    if (message.type === "hello") jobs.clear();
    if (message.type === "hello" || message.type === "jobs") for (const job of message.jobs) jobs.set(job.jobId, job);
    if (message.type === "jobs") for (const id of message.deleted) jobs.delete(id);
    state = nextState(state, message);
    publish();
  };
  const open = (): void => {
    source = new EventSource(`/console/api/stream${jobId === undefined ? "" : `?job=${encodeURIComponent(jobId)}`}`);
    source.onmessage = ({ data }) => receive(JSON.parse(String(data)));
    source.onerror = () => {
      source?.close();
      state = { ...state, isLive: false };
      publish();
      retry = window.setTimeout(open, retryMilliseconds);
    };
  };
  open();
  return () => {
    source?.close();
    clearTimeout(retry);
    cancelAnimationFrame(frame);
  };
}

function nextState(state: ConsoleState, message: StreamMessage): ConsoleState {
  if (message.type === "hello") return { ...state, isLive: true, stats: message.stats };
  if (message.type === "stats") return { ...state, stats: message.stats };
  return message.type === "job" ? { ...state, job: message.job ?? null } : state;
}

function sorted(jobs: Map<string, JobSummary>): readonly JobSummary[] {
  const newest = [...jobs.values()].sort((one, other) => other.createdAt - one.createdAt || (one.jobId < other.jobId ? 1 : -1));
  for (const { jobId } of newest.splice(maxJobs)) jobs.delete(jobId);
  return newest;
}
