import { expect, test } from "vitest";
import { readUnits, writeUnits } from "../../dynamodb/capacity.ts";

const keysOf = (...names: string[]) => names.map((AttributeName) => ({ AttributeName }));
const table = (Projection: object) => ({
  ...{ TableName: "jobs", TableStatus: "ACTIVE", AttributeDefinitions: [], KeySchema: keysOf("jobId") },
  GlobalSecondaryIndexes: [{ IndexName: "open", KeySchema: keysOf("openShard", "dueAt"), Projection }],
});
const keysOnly = { ProjectionType: "KEYS_ONLY" };
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
  const taken = writeUnits(before, after, table(keysOnly));

  expect(taken).toBe(units);
});

test.each([
  { projection: { ProjectionType: "ALL" }, units: 6 },
  { projection: { ProjectionType: "INCLUDE", NonKeyAttributes: ["text"] }, units: 6 },
  { projection: { ProjectionType: "INCLUDE", NonKeyAttributes: ["status"] }, units: 3 },
  { projection: keysOnly, units: 3 },
])("a change of 3 KB of text takes $units write units where the index keeps $projection", ({ projection, units }) => {
  const taken = writeUnits({ ...open, ...sized(2_900) }, { ...open, text: { S: "y".repeat(2_900) } }, table(projection));

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
