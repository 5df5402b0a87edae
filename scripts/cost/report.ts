import { type Row, table } from "../table.ts";
import { asDurableFunction, asSleepingWorker, asStandard } from "./alternatives.ts";
import type { Measurement } from "./measure.ts";
import { monthlyParts } from "./monthly.ts";
import { logDollars, type Parts, pollsOf, priceJobs, type Traffic, total } from "./price-jobs.ts";

/** The measurements: short texts as lean and as by default, and other documents as lean. */
export interface Measurements {
  readonly lean: Measurement;
  readonly byDefault: Measurement;
  /** As lean, of a caller with an identity. */
  readonly signed: Measurement;
  readonly documents: Readonly<Record<string, Measurement>>;
}

export type Columns = Readonly<Record<string, Parts>>;

/** Dollars a million jobs of a short text, of this design and of its alternatives. */
export function designs({ lean, byDefault }: Measurements, traffic: Traffic): Columns {
  return {
    lean: priceJobs(lean, traffic),
    default: priceJobs(byDefault, traffic),
    Standard: asStandard(lean, traffic),
    durable: asDurableFunction(lean, traffic),
    "one worker": asSleepingWorker(lean, traffic),
  };
}

/** Dollars a million jobs of other documents, as lean. A document that takes longer to read than the given duration of a job extends it, by its slowest part where it is read in parts. */
export function documents({ documents }: Measurements, traffic: Traffic): Columns {
  const column = ([name, measurement]: [string, Measurement]) => {
    const seconds = total(measurement.job.milliseconds) / 1_000 / (measurement.atOnce ?? 1);
    return [name, priceJobs(measurement, { ...traffic, jobSeconds: Math.max(traffic.jobSeconds, seconds) })];
  };
  return Object.fromEntries(Object.entries(documents).map(column));
}

/** The price of single settings: taken off a million lean jobs, or added by default. */
export function settings({ lean, byDefault, signed }: Measurements, traffic: Traffic): Parts {
  const all = (dollars: (usage: Measurement["job"]) => number) => dollars(lean.job) + pollsOf(traffic) * dollars(lean.poll);
  const own = priceJobs(lean, traffic);
  const usual = priceJobs(byDefault, traffic);
  const added = (...parts: string[]) => total(Object.fromEntries(parts.map((part) => [part, (usual[part] ?? 0) - (own[part] ?? 0)])));
  return {
    "lean: no log of requests": -all((usage) => logDollars(usage, "requests")),
    "lean: no traces": -(own["traces"] ?? 0),
    "by default: related documents": added("table writes", "table reads", "Lambda time"),
    "by default: functions' log at INFO": added("log: functions"),
    "by default: Lambda's own lines": added("log: Lambda's own"),
    "by default: executions' log": added("log: executions"),
    "auth: the list of jobs": (priceJobs(signed, traffic)["table writes"] ?? 0) - (own["table writes"] ?? 0),
  };
}

/** Everything, as tables. */
export function report(measurements: Measurements, traffics: readonly Traffic[]): string {
  const sections = traffics.flatMap((traffic) => {
    const { jobSeconds } = traffic;
    const polls = pollsOf(traffic);
    const times = `jobs of ${jobSeconds} s, ${polls} ${polls === 1 ? "poll" : "polls"} each`;
    return [
      `A million short texts, ${times}: dollars\n${columnsTable("Part", designs(measurements, traffic))}`,
      `A million other documents as lean, ${times}: dollars\n${columnsTable("Part", documents(measurements, traffic))}`,
      `What settings take off or add, ${times}: dollars\n${columnsTable("Setting", { "a million": settings(measurements, traffic) }, false)}`,
    ];
  });
  const monthly = columnsTable("Part", { "a month": monthlyParts(measurements.byDefault.manifest) });
  return [...sections, `Beside the jobs: dollars\n${monthly}`].join("\n\n");
}

function columnsTable(head: string, columns: Columns, hasTotal = true): string {
  const names = [...new Set(Object.values(columns).flatMap(Object.keys))];
  const row = (name: string, cell: (parts: Parts) => number | undefined): Row => [
    name,
    ...Object.values(columns).map((parts) => dollars(cell(parts))),
  ];
  const rows = names.map((name) => row(name, (parts) => parts[name]));
  return table([head, ...Object.keys(columns)], hasTotal ? [...rows, row("total", total)] : rows);
}

const dollars = (amount: number | undefined): string => (amount === undefined ? "–" : amount.toFixed(2));
