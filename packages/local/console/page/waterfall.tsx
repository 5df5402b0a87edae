import type { Attempt, ExecutionView, Status, Visit } from "../model/execution-view.ts";
import { duration } from "../model/format.ts";
import { useNow } from "./use-now.ts";

interface Props {
  readonly view: ExecutionView;
  readonly selected: Visit | undefined;
  select(visit: Visit): void;
}

/** A bar of a row: waiting or running, from and to in milliseconds since 1970. */
interface Bar {
  readonly from: number;
  readonly to: number;
  readonly kind: "queued" | Status;
}

interface Row {
  readonly key: string;
  readonly name: string;
  readonly isAttempt: boolean;
  readonly status: string;
  readonly visit: Visit;
  readonly bars: readonly Bar[];
}

/** The most rows that are drawn; a Map may have thousands. */
const maxRows = 400;

/** States and attempts over time: a table, so that a screen reader has all that the drawing shows. */
export function Waterfall({ view, selected, select }: Props) {
  const now = useNow(100, view.endedAt === undefined);
  const end = Math.max(view.endedAt ?? now, view.startedAt + 1);
  const rows = view.visits.flatMap((visit) => rowsOf(visit, end)).slice(0, maxRows);
  const percent = (at: number) => (100 * (at - view.startedAt)) / (end - view.startedAt);
  return (
    <div class="waterfall" tabIndex={0} role="group" aria-label="Waterfall">
      <table>
        <thead>
          <tr>
            <th scope="col">State</th>
            <th scope="col" class="scale">
              <span>0 s</span>
              <span>{duration(end - view.startedAt)}</span>
            </th>
            <th scope="col" class="status-name">
              Status
            </th>
            <th scope="col" class="number">
              Time
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ key, name, isAttempt, status, visit, bars }) => (
            <tr key={key} class={visit === selected ? "selected" : undefined}>
              <th scope="row" class={isAttempt ? "attempt" : undefined}>
                {isAttempt ? (
                  name
                ) : (
                  <button type="button" class="plain" onClick={() => select(visit)}>
                    {name}
                  </button>
                )}
              </th>
              <td class="track">
                {bars.map((bar) => (
                  <i
                    key={bar.from}
                    class={bar.kind}
                    style={{ left: `${percent(bar.from)}%`, width: `max(2px, ${percent(bar.to) - percent(bar.from)}%)` }}
                  />
                ))}
              </td>
              <td class="status-name">{status}</td>
              <td class="number">{duration((bars.at(-1)?.to ?? 0) - (bars[0]?.from ?? 0))}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {view.visits.length > maxRows && <p class="detail">{view.visits.length - maxRows} more states are not drawn.</p>}
    </div>
  );
}

function rowsOf(visit: Visit, end: number): readonly Row[] {
  const { attempts, state, iteration, enteredAt, exitedAt = end, id } = visit;
  const name = iteration === undefined ? state : `${state} ${iteration + 1}`;
  const row = (key: string, title: string, status: string, bars: readonly Bar[], isAttempt = false): Row => {
    return { key: `${id} ${key}`, name: title, isAttempt, status, visit, bars };
  };
  const [only] = attempts;
  if (attempts.length === 1 && only !== undefined && only.status !== "failed")
    return [row("", name, only.status === "waiting" ? "waiting" : visit.status, barsOf(only, end))];
  const tries = attempts.flatMap((attempt, at) => {
    const before = attempts[at - 1]?.endedAt ?? attempt.scheduledAt;
    const wait = { from: before, to: attempt.scheduledAt, kind: "queued" } as const;
    const label = `attempt ${at + 1}${attempt.error === undefined ? "" : ` · ${attempt.error}`}`;
    const own = row(`attempt ${at}`, label, attempt.status, barsOf(attempt, end), true);
    return wait.to - wait.from < 1 ? [own] : [row(`wait ${at}`, "wait", "", [wait], true), own];
  });
  return [row("", name, visit.status, [{ from: enteredAt, to: exitedAt, kind: visit.status }]), ...tries];
}

/** Waiting for the function, then running. */
function barsOf({ scheduledAt, startedAt, endedAt, status }: Attempt, end: number): readonly Bar[] {
  const from = startedAt ?? endedAt ?? end;
  return [
    { from: scheduledAt, to: from, kind: "queued" },
    ...(startedAt === undefined ? [] : [{ from: startedAt, to: endedAt ?? end, kind: status }]),
  ];
}
