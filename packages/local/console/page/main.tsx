import { render } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { JobDetail, StackView } from "../model/console-api.ts";
import { count } from "../model/format.ts";
import { link, useAddress, type View } from "./address.ts";
import { emptyList, followJob, followJobs, type ListState } from "./connection.ts";
import { FaultsPage } from "./faults.tsx";
import { JobPage } from "./job.tsx";
import { JobList } from "./job-list.tsx";
import { StackPage } from "./stack.tsx";

const views: readonly (readonly [View, string])[] = [
  ["jobs", "Jobs"],
  ["faults", "Faults"],
  ["stack", "Stack"],
];

function App() {
  const address = useAddress();
  const [list, setList] = useState(emptyList);
  const [showsKeys, setShowsKeys] = useState(false);
  const job = useJob(address.jobId);
  const stack = useStack(list.isLive, address.view);
  useEffect(() => followJobs(setList), []);
  useEffect(() => listenToKeys(() => setShowsKeys((shown) => !shown)), []);
  const { faults } = list.stats;
  return (
    <>
      <Header list={list} view={address.view} stack={stack?.stack} />
      {faults > 0 && (
        <a class="faults-on" {...link({ view: "faults" })}>
          {faults === 1 ? "A fault is" : `${faults} faults are`} switched on. Jobs may fail because of it.
        </a>
      )}
      {address.view === "jobs" && (
        <main class={address.jobId === undefined ? "jobs" : "jobs with-job"}>
          <JobList list={list} selected={address.jobId} authorization={stack?.authorization} />
          <JobPage job={job} address={address} stack={stack} />
        </main>
      )}
      {address.view === "faults" && <FaultsPage stack={stack} />}
      {address.view === "stack" && <StackPage stack={stack} />}
      {showsKeys && <Keys close={() => setShowsKeys(false)} />}
    </>
  );
}

/** @returns undefined until it is known, and null where there is no such job. */
function useJob(jobId: string | undefined): JobDetail | null | undefined {
  const [job, setJob] = useState<JobDetail | null>();
  useEffect(() => {
    setJob(undefined);
    return jobId === undefined ? undefined : followJob(jobId, setJob);
  }, [jobId]);
  return job;
}

const stackMilliseconds = 1_000;

/** The stack; its functions' environments are looked at again and again while they are shown. */
function useStack(isLive: boolean, view: View): StackView | undefined {
  const [stack, setStack] = useState<StackView>();
  useEffect(() => {
    if (!isLive) return undefined;
    const answer = async () => (await fetch("/console/api/stack")).json();
    const read = () => void answer().then(setStack, () => undefined); // a lost connection is told by the stream
    read();
    const timer = view === "stack" ? setInterval(read, stackMilliseconds) : undefined;
    return () => clearInterval(timer);
  }, [isLive, view]);
  return stack;
}

function Header({ list, view, stack }: { list: ListState; view: View; stack: string | undefined }) {
  const { stats, isLive } = list;
  const latest = stats.perSecond.at(-1) ?? 0;
  return (
    <header>
      <b>{stack ?? "Console"}</b>
      <nav aria-label="Views">
        {views.map(([name, title]) => (
          <a key={name} {...link({ view: name })} aria-current={view === name ? "page" : undefined}>
            {title}
          </a>
        ))}
      </nav>
      <span class="live">
        <span class="figures">
          {count(stats.running)} running{stats.queued > 0 && ` · ${count(stats.queued)} queued`} · {count(latest)} jobs/s
        </span>
        <Sparkline values={stats.perSecond} />
        <span role="status">
          <span class={isLive ? "dot done" : "dot error"} aria-hidden="true" /> {isLive ? "live" : "reconnecting"}
        </span>
      </span>
    </header>
  );
}

function Sparkline({ values }: { values: readonly number[] }) {
  const max = Math.max(1, ...values);
  const points = values.map((value, at) => `${(at * 92) / Math.max(1, values.length - 1)},${20 - (18 * value) / max}`).join(" ");
  return (
    <svg class="sparkline" width="92" height="22" role="img" aria-label={`Jobs that ended a second, at most ${max}`}>
      <polyline points={points} />
    </svg>
  );
}

const keys = [
  ["↑ ↓", "previous and next job"],
  ["Enter", "open the job"],
  ["/", "search in the list"],
  ["n", "submit a text"],
  ["?", "show or hide the keys"],
  ["Esc", "leave a field"],
] as const;

function Keys({ close }: { close: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} onClose={close} aria-labelledby="keys-title">
      <h2 id="keys-title">Keys</h2>
      <dl>
        {keys.map(([key, meaning]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
      <button type="button" onClick={() => dialog.current?.close()}>
        Close
      </button>
    </dialog>
  );
}

function listenToKeys(toggleKeys: () => void): () => void {
  const pressed = (event: KeyboardEvent) => {
    const target = event.target as HTMLElement;
    if (event.key === "Escape") target.blur();
    if (/^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "?") toggleKeys();
    const field = { "/": "search", n: "new-text" }[event.key];
    if (field === undefined) return;
    event.preventDefault();
    document.getElementById(field)?.focus();
  };
  addEventListener("keydown", pressed);
  return () => removeEventListener("keydown", pressed);
}

render(<App />, document.getElementById("app") as HTMLElement);
