import { useEffect, useState } from "preact/hooks";
import type { JobDetail, JobLine, JobStatus, JobUsage, RecordWrite } from "../model/console-api.ts";
import type { Attempt, ViewedExecution, Visit } from "../model/execution-view.ts";
import { causeText, clockTime, count, counted, dollars, isOpen, pretty, shortLine, withoutPrefix } from "../model/format.ts";
import { type Address, go } from "./address.ts";
import { callApi } from "./api.ts";
import { Choice } from "./choice.tsx";
import { Table } from "./table.tsx";

interface Props {
  readonly job: JobDetail;
  readonly executions: readonly ViewedExecution[];
  /** The one that is shown. */
  readonly execution: ViewedExecution | undefined;
  readonly visit: Visit | undefined;
  readonly address: Address;
  readonly stack: string | undefined;
}

export function Tabs({ job, executions, execution, visit, address, stack }: Props) {
  const events = execution?.execution.events ?? [];
  const tabs = [
    ["state", visit?.state ?? "State"],
    ["log", `Log ${count(job.lines.length)}`],
    ["record", `Record ${counted(job.writes.length, "write")}`],
    ["events", `Events ${count(events.length)}`],
    ["document", "Document"],
    ["usage", "Usage and cost"],
  ] as const;
  const open = tabs.find(([name]) => name === address.tab)?.[0] ?? "state";
  return (
    <div class="low">
      <div class="tabs" role="tablist" aria-label="Details">
        {tabs.map(([name, title]) => (
          <button
            key={name}
            type="button"
            role="tab"
            id={`tab-${name}`}
            aria-selected={open === name}
            aria-controls="tab-panel"
            onClick={() => go({ ...address, tab: name }, { replace: true })}
          >
            {title}
          </button>
        ))}
      </div>
      <div class="panel" role="tabpanel" id="tab-panel" aria-labelledby={`tab-${open}`} tabIndex={0}>
        {open === "state" && <StateTab job={job} executions={executions} visit={visit} />}
        {open === "log" && <Log lines={job.lines} sourceOf={({ functionName }) => withoutPrefix(functionName, stack)} />}
        {open === "record" && <RecordTab job={job} />}
        {open === "events" && <EventsTab events={events} />}
        {open === "document" && <DocumentTab job={job} />}
        {open === "usage" && <UsageTab usage={job.usage} />}
      </div>
    </div>
  );
}

/** Preformatted text in blocks, of which the browser lays out those in view: a mebibyte in one piece takes it seconds. */
const Pre = ({ children, ...rest }: { children: string; class?: string }) => (
  <pre {...rest}>
    {children.length <= blockCharacters ? children : children.match(blocks)?.map((block, at) => <span key={at}>{block}</span>)}
  </pre>
);

const blockCharacters = 4_000;
/** Up to a space where there is one. */
const blocks = new RegExp(`[^]{1,${blockCharacters}}(?:\\s|$)|[^]{1,${blockCharacters}}`, "gu");

const Text = ({ title, children }: { title: string; children: string }) => (
  <div class="text">
    <h2>{title}</h2>
    <Pre>{children}</Pre>
  </div>
);

function StateTab({ job, executions, visit }: Pick<Props, "job" | "executions" | "visit">) {
  const [attempt, setAttempt] = useState<number>();
  if (visit === undefined) return <p class="empty">No state was entered yet.</p>;
  const { input, output, error, cause, attempts } = visit;
  const chosen = attempts[attempt ?? attempts.length - 1] ?? attempts.at(-1);
  const lines = chosen === undefined ? [] : job.lines.filter((line) => isOf(line, chosen));
  const others = executions.flatMap(({ view }) => view.visits).flatMap((one) => one.attempts);
  const isAlone = !others.some((other) => other !== chosen && chosen !== undefined && isBeside(other, chosen));
  return (
    <div class="columns">
      <Text title="Input">{pretty(input ?? "–")}</Text>
      <Text title={visit.status === "caught" ? "Output, by its catcher" : "Output"}>{pretty(output ?? "–")}</Text>
      <div>
        {error !== undefined && (
          <div class="error-note">
            <b>{chosen?.error ?? error}</b>
            {causeText(chosen?.cause ?? cause ?? "")}
          </div>
        )}
        <Choice name="Attempt" all={attempts} chosen={chosen} choose={setAttempt} />
        {chosen !== undefined && (
          <>
            <h2>{isAlone ? "Log of the attempt" : "Log of the attempt, and of calls beside it"}</h2>
            <Log lines={lines} />
          </>
        )}
      </div>
    </div>
  );
}

/** Its lines come with a function's answer. */
const lateMilliseconds = 50;

const startOf = ({ startedAt, scheduledAt }: Attempt): number => startedAt ?? scheduledAt;
const endOf = ({ endedAt = Number.POSITIVE_INFINITY }: Attempt): number => endedAt;

const isOf = ({ at, functionName }: JobLine, attempt: Attempt): boolean =>
  functionName === attempt.functionName && at >= startOf(attempt) && at <= endOf(attempt) + lateMilliseconds;

/** At the same time a function writes the lines of several calls. */
const isBeside = (one: Attempt, other: Attempt): boolean =>
  one.functionName === other.functionName && startOf(one) < endOf(other) && startOf(other) < endOf(one);

/** @param sourceOf names the function of each line, where they are of several. */
function Log({ lines, sourceOf }: { lines: JobDetail["lines"]; sourceOf?: (line: JobLine) => string }) {
  if (lines.length === 0) return <p class="empty">No line was logged.</p>;
  const textOf = (line: JobLine) =>
    [clockTime(line.at), ...(sourceOf ? [sourceOf(line).padEnd(13)] : []), shortLine(line.message)].join("  ");
  return <Pre class="log">{lines.map(textOf).join("\n")}</Pre>;
}

function RecordTab({ job: { record, writes } }: { job: JobDetail }) {
  return (
    <div class="columns two">
      <Text title="As it stands in the table">{record === undefined ? "It is not there any more." : JSON.stringify(record, null, 2)}</Text>
      <div>
        <h2>Writes</h2>
        <ol class="writes">
          {writes.map((write) => (
            <Write key={`${write.at} ${write.writer} ${Object.keys(write.changes).join()}`} write={write} />
          ))}
        </ol>
      </div>
    </div>
  );
}

function Write({ write: { at, writer, operation, changes } }: { write: RecordWrite }) {
  return (
    <li>
      <b>{clockTime(at)}</b> {writer} <span class="detail">{operation}</span>
      <dl>
        {Object.entries(changes).map(([member, { before, after }]) => (
          <div key={member}>
            <dt>{member}</dt>
            <dd>
              {before !== undefined && <del>{shown(before)}</del>} {after === undefined ? <em>removed</em> : <ins>{shown(after)}</ins>}
            </dd>
          </div>
        ))}
      </dl>
    </li>
  );
}

const maxShown = 600;
function shown(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length <= maxShown ? text : `${text.slice(0, maxShown)}… (${count(text.length)} characters)`;
}

const maxEvents = 1_000;

function EventsTab({ events }: { events: ViewedExecution["execution"]["events"] }) {
  return (
    <>
      {events.length > maxEvents && (
        <p class="detail">
          Of {count(events.length)} events, the first {count(maxEvents)}.
        </p>
      )}
      <Table class="events" head={["Id", "Time", "Type", "Details"]}>
        {events.slice(0, maxEvents).map(({ id, type, event_timestamp, details }) => (
          <tr key={id}>
            <td class="number">{id}</td>
            <td class="number">{clockTime(Number(event_timestamp))}</td>
            <td>{type}</td>
            <td>
              <code>{shown(details)}</code>
            </td>
          </tr>
        ))}
      </Table>
    </>
  );
}

/** Those that browsers show. */
const shownImages = ["image/png", "image/jpeg", "image/webp"];

function DocumentTab({ job }: { job: JobDetail }) {
  const id = encodeURIComponent(job.summary.jobId);
  const [text, setText] = useState<string>();
  const { status } = job.summary;
  useEffect(() => {
    const shown = (answer: Response) => (answer.ok ? answer.text() : noText(status, answer.status));
    callApi(`/jobs/${id}/text`)
      .then(shown)
      .then(setText, () => setText("The text could not be loaded."));
  }, [id, status]);
  const address = `/console/api/jobs/${id}/document`;
  return (
    <div class="columns two">
      {job.document && (
        <div>
          <h2>The document, {job.document.type}</h2>
          {shownImages.includes(job.document.type) && <img src={address} alt="The document as it was sent" />}
          {job.document.type === "application/pdf" && (
            <iframe src={`${address}#navpanes=0&view=FitH`} title="The document as it was sent" />
          )}
          <a href={address} target="_blank" rel="noreferrer">
            Open the document
          </a>
        </div>
      )}
      <Text title="The text that was read">{text ?? "Loading…"}</Text>
    </div>
  );
}

function noText(status: JobStatus, answered: number): string {
  if (answered === 401 || answered === 403) return "The API gives the text to the job's caller only.";
  return isOpen(status) ? "No text has been read yet." : "No text was read.";
}

function UsageTab({ usage }: { usage: JobUsage }) {
  const rows = [
    ["On AWS, one", dollars(usage.dollars)],
    ["On AWS, a million like it", dollars(usage.dollars * 1_000_000)],
    ...Object.entries(usage.requests)
      .sort()
      .map(([name, requests]) => [name, count(requests)] as const),
    ["Read units of DynamoDB", usage.readUnits.toFixed(1)],
    ["Write units of DynamoDB", usage.writeUnits.toFixed(1)],
    ["Invocations of functions", count(usage.invocations)],
    ["GB-seconds of functions", usage.gigabyteSeconds.toFixed(4)],
    ["GB-seconds of executions", usage.executionGigabyteSeconds.toFixed(4)],
    ["State transitions", count(usage.transitions)],
    ["Bytes of logs", count(usage.logBytes)],
  ] as const;
  return (
    <Table class="usage">
      {rows.map(([name, value]) => (
        <tr key={name}>
          <th scope="row">{name}</th>
          <td class="number">{value}</td>
        </tr>
      ))}
    </Table>
  );
}
