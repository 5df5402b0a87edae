import { readFileSync } from "node:fs";
import { join } from "node:path";
import { PDFDocument } from "pdf-lib";
import { ocr } from "../../functions/stages/ocr/stage.ts";
import priceList from "../../infrastructure/prices.json" with { type: "json" };
import type { JobDocument } from "../job/documents.ts";
import { type Measured, measureJob } from "./measure.ts";
import { monthlyParts } from "./monthly.ts";
import type { Traffic } from "./price-jobs.ts";
import { designs, documents, type Measurements, report, settings } from "./report.ts";

export interface CostOptions {
  /** The project's folder. */
  readonly project: string;
  readonly traffics: readonly Traffic[];
  /** Jobs to measure of each kind. */
  readonly jobs: number;
  readonly asJson: boolean;
  print(text: string): void;
  progress(text: string): void;
}

/** Enough distinctive words for a search with all its queries, and short enough for the record. */
export const shortText =
  "Zebra herds cross the savannah while the orchestra plays a wonderful symphony: glacier, volcano, harpsichord, mandolin, " +
  "trombone, clarinet, viola and turbine.";

/** A search finds no more of the documents before under each of its terms; and by then every function is warm. */
const jobsBefore = 50;

const lean = ["relatedDocuments=off", "logLevel=ERROR", "executionLogLevel=ERROR"];

/** Measures jobs in the local runtime, and prints what a million of them cost on AWS. */
export async function runCost({ project, traffics, jobs, asJson, print, progress }: CostOptions): Promise<void> {
  const measure = (name: string, given: Omit<Measured, "jobs"> & Partial<Pick<Measured, "jobs">>) => {
    const measured = { jobs, ...given };
    progress(`Running ${measured.jobsBefore + measured.jobs} jobs in the local runtime: ${name} …`);
    return measureJob(project, measured);
  };
  const short = text(shortText);
  const scan = { contentType: "image/png", body: new Uint8Array(readFileSync(join(project, "docs/samples/two-column-scan.png"))) };
  const measurements: Measurements = {
    lean: await measure("short text, lean", { set: lean, document: short, jobsBefore }),
    byDefault: await measure("short text, as by default", { set: [], document: short, jobsBefore }),
    signed: await measure("short text, lean, of a caller who signs", {
      set: [...lean, "auth=iam"],
      document: short,
      jobsBefore: 1,
      isSigned: true,
    }),
    documents: {
      "4 KB of text": await measure("4 KB of text, lean", {
        set: lean,
        document: text(`${shortText} `.repeat(26)),
        jobsBefore,
      }),
      "scanned page": await measure("scanned page, lean", { set: lean, document: scan, jobsBefore: 2, jobs: 2 }),
      "100 scanned pages": await measure("scan of a hundred pages, lean", {
        ...{ set: lean, jobsBefore: 0, jobs: 1 },
        document: { contentType: "application/pdf", body: await longScan(project), atOnce: ocr.parts.max },
      }),
    },
  };
  print(asJson ? JSON.stringify(figures(measurements, traffics), null, 2) : `${head}\n\n${report(measurements, traffics)}`);
}

/** A hundred scanned pages: the three of the sample, over and over. */
async function longScan(project: string): Promise<Uint8Array<ArrayBuffer>> {
  const [sample, scan] = [await PDFDocument.load(readFileSync(join(project, "docs/samples/scanned.pdf"))), await PDFDocument.create()];
  const pages = Array.from({ length: 100 }, (_, page) => page % sample.getPageCount());
  for (const page of await scan.copyPages(sample, pages)) scan.addPage(page);
  return new Uint8Array(await scan.save());
}

const text = (body: string): JobDocument => ({ contentType: "text/plain", body });

const head = `Prices of ${priceList.region} as of ${priceList.asOf} (infrastructure/prices.json); docs/cost.md says how it is counted and what is assumed.
lean: relatedDocuments=off, logLevel=ERROR, executionLogLevel=ERROR. default: what Pulumi.yaml says. Standard, durable: lean, with another engine.
one worker: a Lambda that sleeps 5 s and reads no document.`;

function figures(measurements: Measurements, traffics: readonly Traffic[]) {
  return {
    region: priceList.region,
    asOf: priceList.asOf,
    jobs: traffics.map((traffic) => ({
      ...traffic,
      designs: designs(measurements, traffic),
      documents: documents(measurements, traffic),
      settings: settings(measurements, traffic),
    })),
    monthly: monthlyParts(measurements.byDefault.manifest),
    usage: { lean: withoutManifest(measurements.lean), default: withoutManifest(measurements.byDefault) },
  };
}

const withoutManifest = ({ job, poll }: Measurements["lean"]) => ({ job, poll });
