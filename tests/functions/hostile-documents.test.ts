import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { flipped, type HostileDocument, refused, survived, wholePdf } from "../support/hostile-documents.ts";
import type { Reading } from "../support/read-documents.ts";

const script = fileURLToPath(new URL("../support/read-documents.ts", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "hostile-documents-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Reads the documents in a process of their own, one after the other, and a good one after all of them. */
function readApart(documents: readonly HostileDocument[]): Map<HostileDocument, Reading> {
  const good: HostileDocument = { name: "good", type: "application/pdf", bytes: wholePdf() };
  const files = [...documents, good].map(({ type, bytes }, index) => {
    const file = join(folder, String(index));
    writeFileSync(file, bytes);
    return [type, file];
  });
  const child = spawnSync(process.execPath, ["--expose-gc", "--no-warnings", script, ...files.flat()], {
    encoding: "utf8",
    maxBuffer: 2 ** 26,
  });
  expect(child).toMatchObject({ status: 0, stderr: "" });
  const readings = child.stdout
    .trim()
    .split("\n")
    .map((reading) => JSON.parse(reading) as Reading);
  expect(readings.pop()).toMatchObject({ outcome: "read", text: "First\n\nSecond" });
  return new Map(documents.map((document, index) => [document, readings[index] as Reading]));
}

describe("refused", () => {
  const documents = refused();
  let readings: Map<HostileDocument, Reading>;
  beforeAll(() => {
    readings = readApart([...documents.keys()]);
  }, 120_000);

  test.each([...documents].map(([document, name]) => ({ document, name })))("$document.name: $name", ({ document, name }) => {
    const reading = readings.get(document);

    expect(reading).toMatchObject({ outcome: name });
    // With the 60 that Node takes by itself, 300 MB.
    expect(reading?.megabytes).toBeLessThan(240);
  });
});

describe("read all the same", () => {
  const documents = survived();
  let readings: Map<HostileDocument, Reading>;
  beforeAll(() => {
    readings = readApart([...documents.keys()]);
  }, 120_000);

  test.each([...documents].map(([document, text]) => ({ document, text })))("$document.name", ({ document, text }) => {
    expect(readings.get(document)).toMatchObject({ outcome: "read", text });
  });
});

describe("damaged", () => {
  /** The possible outcomes of a damaged file: its remaining text, or one of these errors. */
  const outcomes = ["read", "DocumentUnreadable", "DocumentProtected", "DocumentTooLarge", "UnsupportedDocument", "NoTextFound"];
  const whole = wholePdf();
  const pdf = (name: string, bytes: Uint8Array): HostileDocument => ({ name, type: "application/pdf", bytes });
  const tenths = Array.from({ length: 10 }, (_, tenth) => pdf(`cut off after ${tenth}0 %`, whole.subarray(0, (whole.length * tenth) / 10)));
  const bitsOf = fc.array(fc.nat(8 * whole.length - 1), { minLength: 1, maxLength: 20 });
  const turned = fc.sample(bitsOf, { seed: 20_261_124, numRuns: 60 }).map((bits) => pdf(`bits ${bits} turned`, flipped(whole, bits)));

  test("every damaged file has its answer, and the process keeps running", () => {
    const readings = readApart([...tenths, ...turned]);

    for (const [{ name }, { outcome }] of readings) expect(outcomes, name).toContain(outcome);
    for (const document of tenths) expect(readings.get(document)).toMatchObject({ outcome: "DocumentUnreadable" });
  }, 120_000);
});
