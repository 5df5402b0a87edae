import { expect, test } from "vitest";
import { readUnits, unitsOfChange } from "../../../scripts/cost/table-units.ts";

const indexes = [["openShard", "dueAt", "jobId"]];
const open = { jobId: { S: "a" }, openShard: { N: "1" }, dueAt: { N: "60" } };
const closed = { jobId: { S: "a" } };
const sized = (bytes: number) => ({ text: { S: "x".repeat(bytes - "text".length) } });

// Written out from "Write considerations for Global Secondary Indexes" in the DynamoDB guide.
test.each([
  { what: "an item that comes with an entry of the index", before: undefined, after: open, units: 2 },
  { what: "an item that comes without one", before: undefined, after: closed, units: 1 },
  { what: "a change that leaves the entry", before: open, after: { ...open, status: { S: "DONE" } }, units: 1 },
  { what: "a change of the entry's key", before: open, after: { ...open, dueAt: { N: "90" } }, units: 3 },
  { what: "an entry that goes", before: open, after: closed, units: 2 },
  { what: "an item that goes with its entry", before: open, after: undefined, units: 2 },
  { what: "an item of 1 KB", before: undefined, after: sized(1024), units: 1 },
  { what: "an item of a byte more", before: undefined, after: sized(1025), units: 2 },
  { what: "an item that shrinks", before: sized(2049), after: closed, units: 3 },
])("$what takes $units write units", ({ before, after, units }) => {
  const taken = unitsOfChange(before, after, indexes);

  expect(taken).toBe(units);
});

test.each([
  { bytes: 0, isConsistent: true, units: 1 },
  { bytes: 4096, isConsistent: true, units: 1 },
  { bytes: 4097, isConsistent: true, units: 2 },
  { bytes: 0, isConsistent: false, units: 0.5 },
  { bytes: 8193, isConsistent: false, units: 1.5 },
])("reading $bytes bytes, consistently or not: $isConsistent, takes $units read units", ({ bytes, isConsistent, units }) => {
  const taken = readUnits(bytes, isConsistent);

  expect(taken).toBe(units);
});
