import { type Row, table } from "../../../../scripts/table.ts";
import type { SimulationReport } from "../report.ts";

/** What many runs have done, and what has been tried in them. */
export class Totals {
  runs = 0;
  readonly failed: SimulationReport[] = [];
  readonly #jobs = { accepted: 0, done: 0, error: 0, deleted: 0 };
  readonly #faults = new Map<string, number>();
  readonly #calls = new Map<string, number>();

  add(report: SimulationReport): void {
    this.runs += 1;
    if (report.failures.length > 0) this.failed.push(report);
    for (const end of Object.keys(this.#jobs) as (keyof SimulationReport["jobs"])[]) this.#jobs[end] += report.jobs[end];
    addAll(this.#faults, report.faults);
    addAll(this.#calls, report.calls);
  }

  /** The calls with the faults that were injected into each, then the other faults, then the jobs. A zero was not tried. */
  table(seconds: number): string {
    return [this.#callTable(), this.#otherTable(), this.#jobTable(), this.#pace(seconds)].filter((part) => part !== "").join("\n\n");
  }

  #callTable(): string {
    const kinds = this.#kindsOf((point) => this.#calls.has(point));
    const points = [...this.#calls].sort(([a], [b]) => (a < b ? -1 : 1));
    const row = ([point, calls]: readonly [string, number]): Row => [
      point,
      String(calls),
      ...kinds.map((kind) => this.#count(kind, point)),
    ];
    const [head, ...heads] = headOf("call | caller", "calls", ...kinds);
    return table(head, [...heads, ...points.map(row)]);
  }

  #otherTable(): string {
    const others = [...this.#faults].filter(([name]) => !this.#calls.has(pointOf(name))).sort(([a], [b]) => (a < b ? -1 : 1));
    if (others.length === 0) return "";
    return table(
      ["other fault", "times"],
      others.map(([name, count]): Row => [name, String(count)]),
    );
  }

  #jobTable(): string {
    const { accepted, done, error, deleted } = this.#jobs;
    return table(["jobs accepted", "DONE", "ERROR", "deleted"], [[accepted, done, error, deleted].map(String) as [string, ...string[]]]);
  }

  #pace(seconds: number): string {
    return `${this.runs} runs in ${seconds.toFixed(0)} s: ${(this.runs / seconds).toFixed(1)} a second. ${this.failed.length} failed.`;
  }

  #kindsOf(isWanted: (point: string) => boolean): readonly string[] {
    const names = [...this.#faults.keys()].filter((name) => isWanted(pointOf(name)));
    return [...new Set(names.map(kindOf))].sort();
  }

  #count(kind: string, point: string): string {
    return String(this.#faults.get(`${kind} | ${point}`) ?? 0);
  }
}

/** One word a line, so that the columns of figures stay narrow. */
function headOf(name: string, ...columns: readonly string[]): readonly [Row, ...Row[]] {
  const words = columns.map((column) => column.split(" "));
  const lines = Math.max(...words.map(({ length }) => length));
  const line = (at: number): Row => [at === lines - 1 ? name : "", ...words.map((word) => word[at - lines + word.length] ?? "")];
  return Array.from({ length: lines }, (_, at) => line(at)) as [Row, ...Row[]];
}

const kindOf = (name: string): string => name.slice(0, name.indexOf(" | "));
const pointOf = (name: string): string => name.slice(name.indexOf(" | ") + 3);

function addAll(totals: Map<string, number>, counts: Readonly<Record<string, number>>): void {
  for (const [name, count] of Object.entries(counts)) totals.set(name, (totals.get(name) ?? 0) + count);
}
