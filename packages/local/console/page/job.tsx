import { useMemo, useState } from "preact/hooks";
import type { JobDetail, JobStatus, StackView } from "../model/console-api.ts";
import type { StatesDefinition } from "../model/definition-graph.ts";
import { type ViewedExecution, type Visit, viewedExecutions } from "../model/execution-view.ts";
import { clockTime, dollars, duration, isOpen, statusClass } from "../model/format.ts";
import { type Address, go } from "./address.ts";
import { callApi } from "./api.ts";
import { Choice } from "./choice.tsx";
import { Graph } from "./graph.tsx";
import { Tabs } from "./tabs.tsx";
import { useNow } from "./use-now.ts";
import { Waterfall } from "./waterfall.tsx";

interface Props {
  readonly job: JobDetail | null | undefined;
  readonly address: Address;
  readonly stack: StackView | undefined;
}

export function JobPage({ job, address, stack }: Props) {
  if (address.jobId === undefined) return <Blank>Select a job to see its states, its record, its log and its cost.</Blank>;
  if (job === null) return <Blank>There is no such job. It has expired or was deleted.</Blank>;
  if (job === undefined || job.summary.jobId !== address.jobId) return <Blank>Loading…</Blank>;
  return <OpenJob key={address.jobId} job={job} address={address} stack={stack} />;
}

const Blank = ({ children }: { children: string }) => (
  <section class="blank" aria-label="Job">
    <p>{children}</p>
  </section>
);

function OpenJob({ job, address, stack }: { job: JobDetail; address: Address; stack: StackView | undefined }) {
  const executions = useMemo(() => viewedExecutions(job.executions), [job.executions]);
  const [place, setPlace] = useState<number>();
  const current = executions[place ?? executions.length - 1] ?? executions.at(-1);
  const visits = current?.view.visits ?? [];
  const visit = selectedVisit(visits, address.state);
  const select = (chosen: Visit) => go({ ...address, state: keyOf(chosen), tab: undefined }, { replace: true });
  const text = current?.execution.definition;
  const own: StatesDefinition | undefined = useMemo(() => text && JSON.parse(text), [text]);
  const definition = own ?? stack?.stateMachines[0]?.definition;
  return (
    <section aria-label="Job" class="job">
      <Head job={job} executions={executions} />
      <Choice name="Execution" all={executions.map(({ view }) => view)} chosen={current?.view} choose={setPlace} />
      <div class="middle">
        {definition && <Graph definition={definition} visits={visits} selected={visit?.state} select={select} />}
        {current ? (
          <Waterfall view={current.view} selected={visit} select={select} />
        ) : (
          <p class="empty">{noExecution(job.summary.status)}</p>
        )}
      </div>
      <Tabs job={job} executions={executions} execution={current} visit={visit} address={address} stack={stack?.stack} />
    </section>
  );
}

const noExecution = (status: JobStatus): string =>
  status === "PENDING"
    ? "No execution has started yet."
    : "Its executions are not known: they are kept in memory, the latest of them, until the runtime ends. Record, text and document are there.";

/** Names a passage through a state in an address: the state, and its place among those of one name. */
const keyOf = ({ state, id }: Visit): string => `${state}.${id}`;

/** The passage that the address names, or else the one that failed first, that runs, or that is last. */
function selectedVisit(visits: readonly Visit[], key: string | undefined): Visit | undefined {
  const named = visits.find((visit) => keyOf(visit) === key) ?? visits.find(({ state }) => state === key);
  const failed = visits.find(({ status, type }) => (status === "failed" && type !== "Fail") || status === "caught");
  return named ?? failed ?? visits.find(({ status }) => status === "running") ?? visits.at(-1);
}

function Head({ job, executions }: { job: JobDetail; executions: readonly ViewedExecution[] }) {
  const { summary, usage } = job;
  const isRunning = isOpen(summary.status);
  const now = useNow(100, isRunning);
  const failed = executions.at(-1)?.view;
  const unsaid = `The execution has failed (${failed?.error}), and the record could not say so.`;
  const reason = summary.status === "ERROR" ? summary.detail : isRunning && failed?.status === "failed" ? unsaid : undefined;
  const attempts = executions.flatMap(({ view }) => view.visits).reduce((sum, visit) => sum + visit.attempts.length, 0);
  return (
    <div class="head">
      <div class="heading">
        <h1>{summary.title}</h1>
        <span class={`pill ${statusClass[summary.status]}`}>{summary.status}</span>
        <code>{summary.jobId}</code>
        <Actions job={job} />
      </div>
      {reason !== undefined && <p class="reason">{reason}</p>}
      <dl class="facts">
        <Fact name="Submitted">{clockTime(summary.createdAt)}</Fact>
        <Fact name={isRunning ? "Running for" : "Took"}>{duration((isRunning ? now : summary.updatedAt) - summary.createdAt)}</Fact>
        {(isRunning || executions.length > 0) && (
          <>
            <Fact name="Executions">{String(executions.length)}</Fact>
            <Fact name="Attempts">{String(attempts)}</Fact>
            <Fact name="On AWS">{`${dollars(usage.dollars)} · ${dollars(usage.dollars * 1_000_000)} a million like it`}</Fact>
          </>
        )}
      </dl>
    </div>
  );
}

const Fact = ({ name, children }: { name: string; children: string }) => (
  <div>
    <dt>{name}</dt> <dd>{children}</dd>
  </div>
);

function Actions({ job }: { job: JobDetail }) {
  const [said, setSaid] = useState("");
  const id = encodeURIComponent(job.summary.jobId);
  const runAgain = async () => {
    const response = await callApi(`/console/api/jobs/${id}/runs`, { method: "POST" });
    const body = await response.json();
    if (response.ok) go({ view: "jobs", jobId: body.jobId });
    else setSaid(body.detail ?? body.message ?? "It could not be submitted again.");
  };
  const remove = async () => {
    const response = await callApi(`/jobs/${id}`, { method: "DELETE" });
    if (response.ok) go({ view: "jobs" });
    else setSaid(`The API answered ${response.status}.`);
  };
  const copy = async () => {
    await navigator.clipboard.writeText(`curl ${location.origin}/jobs/${job.summary.jobId}`);
    setSaid("Copied");
  };
  return (
    <span class="actions">
      <span role="status" class="said">
        {said}
      </span>
      <button type="button" onClick={() => void runAgain()}>
        Run again
      </button>
      <button type="button" onClick={() => void copy()}>
        Copy as curl
      </button>
      <button type="button" onClick={() => void remove()}>
        Delete
      </button>
    </span>
  );
}
