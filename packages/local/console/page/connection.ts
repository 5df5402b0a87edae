import type { JobDetail, JobMessage, JobSummary, ListMessage, Stats } from "../model/console-api.ts";

/** The list of jobs as the runtime tells it. */
export interface ListState {
  readonly isLive: boolean;
  /** False until the runtime has told them once. */
  readonly isLoaded: boolean;
  /** Newest first. */
  readonly jobs: readonly JobSummary[];
  readonly stats: Stats;
}

export const emptyList: ListState = {
  isLive: false,
  isLoaded: false,
  jobs: [],
  stats: { running: 0, queued: 0, perSecond: [], faults: 0 },
};

const maxJobs = 10_000;
const retryMilliseconds = 500;

/**
 * Follows the list. What was shown stays while the connection is lost.
 *
 * @param changed is called with each new state, at most once a frame.
 * @returns how to end it.
 */
export function followJobs(changed: (state: ListState) => void): () => void {
  const jobs = new Map<string, JobSummary>();
  let [state, frame] = [emptyList, 0];
  const publish = (next: Partial<ListState>): void => {
    state = { ...state, ...next };
    if (frame !== 0) return;
    frame = requestAnimationFrame(() => {
      frame = 0;
      state = { ...state, jobs: newestFirst(jobs) };
      changed(state);
    });
  };
  const receive = (message: ListMessage): void => {
    if (message.type === "hello") jobs.clear();
    if (message.type !== "stats") for (const job of message.jobs) jobs.set(job.jobId, job);
    if (message.type === "jobs") for (const id of message.deleted) jobs.delete(id);
    publish({ isLive: true, isLoaded: true, ...("stats" in message && { stats: message.stats }) });
  };
  const close = follow("/console/api/stream", receive, () => publish({ isLive: false }));
  return () => {
    close();
    cancelAnimationFrame(frame);
  };
}

/**
 * Follows the details of one job.
 *
 * @param changed is called with null where there is no such job.
 * @returns how to end it.
 */
export function followJob(jobId: string, changed: (job: JobDetail | null) => void): () => void {
  const receive = ({ job }: JobMessage) => changed(job);
  return follow(`/console/api/jobs/${encodeURIComponent(jobId)}/stream`, receive, () => undefined);
}

/**
 * A stream of messages that is opened again when it is lost, and closed while nobody can see the page: a browser has six connections
 * for all of its tabs.
 */
function follow<Message>(path: string, receive: (message: Message) => void, lost: () => void): () => void {
  let [source, retry]: [EventSource | undefined, number] = [undefined, 0];
  const close = (): void => {
    source?.close();
    source = undefined;
    clearTimeout(retry);
  };
  const open = (): void => {
    close();
    if (document.hidden) return;
    source = new EventSource(path);
    source.onmessage = ({ data }) => receive(JSON.parse(String(data)));
    source.onerror = () => {
      close();
      lost();
      retry = window.setTimeout(open, retryMilliseconds);
    };
  };
  document.addEventListener("visibilitychange", open);
  open();
  return () => {
    document.removeEventListener("visibilitychange", open);
    close();
  };
}

/** Of more than can be shown, the newest. */
function newestFirst(jobs: Map<string, JobSummary>): readonly JobSummary[] {
  const newest = [...jobs.values()].sort((one, other) => other.createdAt - one.createdAt || (one.jobId < other.jobId ? 1 : -1));
  for (const { jobId } of newest.splice(maxJobs)) jobs.delete(jobId);
  return newest;
}
