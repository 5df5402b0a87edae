import { expect, test } from "vitest";
import { ExecutionFaults, type ExpressFaults } from "../../step-functions/faults.ts";

function faultsAt(rates: Partial<ExpressFaults>): ExecutionFaults {
  const faults = new ExecutionFaults();
  faults.set(rates);
  return faults;
}

const deal = (faults: ExecutionFaults, count: number) => Array.from({ length: count }, () => faults.deal());
const share = (fates: readonly boolean[]) => fates.filter(Boolean).length / fates.length;

test("without rates there are no faults", () => {
  expect(deal(new ExecutionFaults(), 100)).toEqual(Array(100).fill({ runs: 1, lostAfterEvents: undefined }));
});

test("the rates are kept, and losses spread over the whole of an execution", () => {
  const fates = deal(faultsAt({ duplicate: 0.5, drop: 0.2, restart: 0.3, seed: 7 }), 10_000);

  const losses = fates.map(({ lostAfterEvents }) => lostAfterEvents).filter((events) => events !== undefined);
  expect(share(fates.map(({ runs }) => runs === 0))).toBeCloseTo(0.2, 1);
  expect(share(fates.map(({ runs }) => runs === 2))).toBeCloseTo(0.4, 1);
  expect(losses.length / 10_000).toBeCloseTo(0.3, 1);
  expect([...new Set(losses)].sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]);
});

test("a seed gives the same faults again, also where it is given later; another one gives others", () => {
  const rates = { duplicate: 0.3, drop: 0.3, restart: 0.3 };
  const faults = faultsAt({ ...rates, seed: 7 });
  const first = deal(faults, 50);

  faults.set({ seed: 7 });
  const again = deal(faults, 50);
  const other = deal(faultsAt({ ...rates, seed: 8 }), 50);

  expect(again).toEqual(first);
  expect(other).not.toEqual(first);
});

test("a change of one rate changes neither the others nor their faults", () => {
  const faults = faultsAt({ duplicate: 0.3, restart: 0.3, seed: 7 });
  const before = deal(faults, 50).map(({ runs }) => runs);

  faults.set({ restart: 1, seed: 7 });

  expect(deal(faults, 50).map(({ runs }) => runs)).toEqual(before);
  expect(faults.get()).toEqual({ duplicate: 0.3, drop: 0, restart: 1, seed: 7 });
});

test.each([
  [{ drop: 1.5 }, "drop takes a number from 0 to 1, not 1.5."],
  [{ duplicate: "often" }, 'duplicate takes a number from 0 to 1, not "often".'],
  [{ seed: 0.5 }, "seed takes a whole number, not 0.5."],
  [{ loose: 1 }, 'There is no fault "loose"; there are duplicate, drop and restart, and their seed.'],
])("%j is refused, and changes nothing", (changes, sentence) => {
  const faults = faultsAt({ restart: 0.5 });

  expect(() => faults.set(changes as object)).toThrow(sentence);
  expect(faults.get()).toEqual({ duplicate: 0, drop: 0, restart: 0.5, seed: 1 });
});
