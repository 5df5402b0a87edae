import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { JobStatus, JobSummary, StackView } from "../model/console-api.ts";
import { age, count, duration, isOpen, statusClass } from "../model/format.ts";
import { go, link } from "./address.ts";
import type { ListState } from "./connection.ts";
import { Signed, Submit } from "./submit.tsx";
import { useNow } from "./use-now.ts";

type Filter = "all" | "running" | "done" | "error";

const filters: readonly (readonly [Filter, string])[] = [
  ["all", "All"],
  ["running", "Running"],
  ["done", "Done"],
  ["error", "Error"],
];

const filterOf = (status: JobStatus): Filter => (isOpen(status) ? "running" : status === "DONE" ? "done" : "error");

/** Pixels of a row; rows that are not in view are not in the page. */
const rowHeight = 76;
const overscan = 6;

interface Props {
  readonly list: ListState;
  readonly selected: string | undefined;
  readonly authorization: StackView["authorization"] | undefined;
}

export function JobList({ list: { jobs, isLoaded }, selected, authorization }: Props) {
  const [filter, setFilter] = useState<Filter>("all");
  const [query, setQuery] = useState("");
  const counts = useMemo(() => countsOf(jobs), [jobs]);
  const shown = useMemo(() => matching(jobs, filter, query), [jobs, filter, query]);
  return (
    <aside aria-label="Jobs">
      {authorization === "AWS_IAM" ? <Signed /> : <Submit wantsToken={authorization === "JWT"} />}
      <div class="filters">
        {filters.map(([name, title]) => (
          <button key={name} type="button" class="chip" aria-pressed={filter === name} onClick={() => setFilter(name)}>
            {title} {count(counts[name])}
          </button>
        ))}
        <input
          id="search"
          type="search"
          placeholder="Search  /"
          aria-label="Search in the list"
          value={query}
          onInput={({ currentTarget }) => setQuery(currentTarget.value)}
        />
      </div>
      <Rows jobs={shown} selected={selected} />
      {shown.length === 0 && <p class="empty">{emptySentence(jobs.length, isLoaded)}</p>}
    </aside>
  );
}

function emptySentence(all: number, isLoaded: boolean): string {
  if (!isLoaded) return "Connecting to the runtime…";
  return all === 0 ? "No job yet. Type a text above, or drop a file." : "No job matches.";
}

function countsOf(jobs: readonly JobSummary[]): Record<Filter, number> {
  const counts = { all: jobs.length, running: 0, done: 0, error: 0 };
  for (const { status } of jobs) counts[filterOf(status)] += 1;
  return counts;
}

function matching(jobs: readonly JobSummary[], filter: Filter, query: string): readonly JobSummary[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  return jobs.filter((job) => {
    if (filter !== "all" && filterOf(job.status) !== filter) return false;
    const text = `${job.title} ${job.detail} ${job.jobId}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

function Rows({ jobs, selected }: { jobs: readonly JobSummary[]; selected: string | undefined }) {
  const list = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ top: 0, height: 800 });
  const now = useNow(1_000);
  useStableTop(list, jobs, view.top > rowHeight);
  const measure = () => list.current && setView({ top: list.current.scrollTop, height: list.current.clientHeight });
  useEffect(() => void measure(), [jobs.length === 0]);
  const first = Math.max(0, Math.floor(view.top / rowHeight) - overscan);
  const last = Math.min(jobs.length, Math.ceil((view.top + view.height) / rowHeight) + overscan);
  const at = jobs.findIndex(({ jobId }) => jobId === selected);
  const move = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const next = step === undefined ? undefined : jobs[Math.min(jobs.length - 1, Math.max(0, at + step))];
    if (next === undefined) return;
    event.preventDefault();
    go({ view: "jobs", jobId: next.jobId }, { replace: true });
    list.current?.scrollTo({ top: keptInView(view, jobs.indexOf(next)) });
  };
  return (
    <div
      class="list"
      ref={list}
      onScroll={measure}
      onKeyDown={move}
      tabIndex={0}
      role="group"
      aria-label={`${jobs.length} jobs, newest first`}
    >
      <div style={{ height: `${jobs.length * rowHeight}px` }}>
        <ul style={{ transform: `translateY(${first * rowHeight}px)` }}>
          {jobs.slice(first, last).map((job) => (
            <Row key={job.jobId} job={job} isSelected={job.jobId === selected} now={now} />
          ))}
        </ul>
      </div>
    </div>
  );
}

function keptInView({ top, height }: { top: number; height: number }, at: number): number {
  const [from, to] = [at * rowHeight, (at + 1) * rowHeight];
  if (from < top) return from;
  return to > top + height ? to - height : top;
}

/** New rows come in at the top without moving what is read. */
function useStableTop(list: { readonly current: HTMLDivElement | null }, jobs: readonly JobSummary[], isReading: boolean): void {
  const before = useRef<string | undefined>(undefined);
  useEffect(() => {
    const [first] = jobs;
    const added = before.current === undefined ? 0 : jobs.findIndex(({ jobId }) => jobId === before.current);
    if (isReading && added > 0) list.current?.scrollBy({ top: added * rowHeight });
    before.current = first?.jobId;
  }, [jobs]);
}

function Row({ job, isSelected, now }: { job: JobSummary; isSelected: boolean; now: number }) {
  const isRunning = isOpen(job.status);
  return (
    <li>
      <a class="row" {...link({ view: "jobs", jobId: job.jobId })} aria-current={isSelected ? "true" : undefined}>
        <span class={`dot ${statusClass[job.status]}`} role="img" aria-label={job.status} />
        <span class="row-text">
          <span class="title">{job.title}</span>
          <span class={job.status === "ERROR" ? "detail bad" : "detail"}>{job.detail}</span>
        </span>
        <span class="times">
          {duration((isRunning ? now : job.updatedAt) - job.createdAt)}
          {!isRunning && <span>{age(now - job.updatedAt)}</span>}
        </span>
      </a>
    </li>
  );
}
