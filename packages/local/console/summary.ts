import type { JobStatus, JobSummary } from "./model/console-api.ts";
import type { Members } from "./update-expression.ts";

interface Known {
  readonly jobId: string;
  readonly record: Members;
  readonly createdAt: number;
  readonly updatedAt: number;
  /** Of the document's file. */
  readonly name?: string;
}

const maxTitle = 120;

/** A record as a line of the list. */
export function summaryOf({ jobId, record, createdAt, updatedAt, name }: Known): JobSummary {
  const status = String(record["status"] ?? "PENDING") as JobStatus;
  return { jobId, title: name ?? titleOf(record), status, detail: detailOf(status, record), createdAt, updatedAt };
}

function titleOf(record: Members): string {
  const results = Object.values(Object(record["result"])) as Members[];
  const preview = results.map((result) => result["preview"]).find((text) => typeof text === "string");
  const words = String(record["text"] ?? preview ?? "")
    .replace(/\s+/g, " ")
    .trim();
  const type = (record["document"] as Members | undefined)?.["type"];
  return words === "" ? String(type ?? "Text") : words.slice(0, maxTitle);
}

function detailOf(status: JobStatus, record: Members): string {
  if (status === "PENDING") return "Waiting to start";
  if (status === "IN_PROGRESS") return String(record["stage"] ?? "Running");
  if (status === "ERROR") return `${record["errorCode"]} · ${record["errorMessage"]}`;
  const [, ...results] = Object.values(Object(record["result"])) as Members[];
  return results.map(gistOf).filter(Boolean).join(" · ");
}

/** The first two figures or words of a stage's result, or the first three of a list. */
function gistOf({ stage: _, ...result }: Members): string {
  const [first, second] = Object.values(result);
  if (Array.isArray(first)) return first.slice(0, 3).map(String).join(", ");
  return [first, second].filter((value) => typeof value === "string" || typeof value === "number").join(" ");
}
