import crypto from "node:crypto";
import { syncBuiltinESMExports } from "node:module";
import { invokeCall } from "../../local/lambda/invocation.ts";
import { evaluateProgram, type Manifest } from "../../local/program/evaluate-program.ts";
import { readStackConfig } from "../../local/program/stack-config.ts";
import { Chance } from "./chance.ts";
import { Faults } from "./faults.ts";
import { loadLate } from "./handlers.ts";
import { Population } from "./population.ts";
import { Promises } from "./promises.ts";
import type { SimulationOptions, SimulationReport } from "./report.ts";
import { Timeline } from "./timeline.ts";
import { functionArn, location, World } from "./world.ts";

const minuteMilliseconds = 60_000;
const usualMinutes = 20;
/** Long enough for every deadline, and for three sweeps after the last. */
const quietMinutes = 25;
const projectFolder = new URL("../../..", import.meta.url).pathname;

/** Evaluates the program, its callers known by IAM and all that they can do switched on. */
export function evaluateStack(): Promise<Manifest> {
  const config = readStackConfig(projectFolder, "dev", ["auth=iam", "search=true", "relatedDocuments=list"]);
  return evaluateProgram({ config, stack: "dev", location });
}

let evaluated: Promise<Manifest> | undefined;
let loaded: Promise<void> | undefined;

/** Runs one seed. Only one run at a time: for its length, this process has its time and its random numbers. */
export async function simulate(options: SimulationOptions): Promise<SimulationReport> {
  const { seed, minutes = usualMinutes, without = new Set(), keepHistory = false, tables = "memory" } = options;
  evaluated ??= options.manifest === undefined ? evaluateStack() : Promise.resolve(options.manifest);
  const manifest = await evaluated;
  loaded ??= loadLate();
  await loaded;
  const chance = new Chance(seed);
  const timeline = new Timeline(keepHistory);
  const milliseconds = minutes * minuteMilliseconds;
  const faults = new Faults(chance, timeline, milliseconds, without);
  const promises = new Promises(timeline);
  using _ = new VirtualProcess(timeline, chance);
  const world = await World.create({ manifest, timeline, chance, faults, promises, tables });
  const { api, account } = world;
  const population = new Population({ api, account, timeline, chance, promises, milliseconds });
  population.start(without);
  sweepEveryMinute(world, timeline, chance, faults);
  deleteExpiredNowAndThen(world, timeline, chance);
  restartNowAndThen(world, timeline, chance, faults, minutes);
  await timeline.run(milliseconds);
  faults.areOver = true;
  await timeline.run(quietMinutes * minuteMilliseconds, () => population.areGone && world.isQuiet);
  const kept = await world.kept();
  promises.quiet(kept);
  let isInspected = false;
  timeline.after(minuteMilliseconds, () => void population.inspect(kept.records).finally(() => (isInspected = true)), "inspector"); // the indexes have all by then
  await timeline.run(quietMinutes * minuteMilliseconds, () => isInspected);
  await world.close();
  return {
    ...{ seed, digest: timeline.digest, ...(timeline.history && { history: timeline.history }) },
    ...{
      faults: faults.counts,
      calls: { ...world.calls.counts, ...api.counts },
      clients: population.ids.filter((id) => !without.has(id)),
      faultIds: faults.ids,
    },
    ...{ jobs: promises.counts, failures: promises.failures },
  };
}

function sweepEveryMinute(world: World, timeline: Timeline, chance: Chance, faults: Faults): void {
  const sweep = () => void world.account.call("lambda", invokeCall(functionArn("sweep-jobs"), "{}"), world.sweeper).catch(() => undefined);
  const tick = (minute: number) => {
    const actor = `sweep${minute}`;
    timeline.actor = actor;
    if (!faults.isDuring("sweeper away", "sweeper")) sweep();
    if (faults.happens("sweeper doubled", "sweeper", actor)) timeline.after(chance.between(0, 2_000, `${actor} twice`), sweep, `${actor}'`);
    timeline.after(minuteMilliseconds, () => tick(minute + 1));
  };
  timeline.after(chance.between(0, minuteMilliseconds, "first sweep"), () => tick(0));
}

/** DynamoDB deletes what has expired within some days; here within minutes, so that it meets what runs. */
function deleteExpiredNowAndThen(world: World, timeline: Timeline, chance: Chance): void {
  const tick = async (count: number) => {
    await world.deleteExpired();
    timeline.after(chance.between(1, 10, `expiry ${count}`) * minuteMilliseconds, () => tick(count + 1), "expiry");
  };
  timeline.after(chance.between(1, 10, "expiry") * minuteMilliseconds, () => tick(1), "expiry");
}

function restartNowAndThen(world: World, timeline: Timeline, chance: Chance, faults: Faults, minutes: number): void {
  for (let minute = 0; minute < minutes; minute++) {
    const name = `restart${minute}`;
    const restart = () => {
      if (faults.happens("runtime died", "runtime", name)) world.restart(chance.between(500, 5_000, `${name} takes`));
    };
    timeline.after((minute + chance.number(name)) * minuteMilliseconds, restart, name);
  }
}

/** For the length of a run, the time and the random numbers of this process are the run's. */
class VirtualProcess implements Disposable {
  readonly #restore: () => void;

  constructor(timeline: Timeline, chance: Chance) {
    const { randomUUID, randomInt } = crypto;
    const { now } = Date;
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0; // failures are usual here, and their traces the most expensive part of them
    const name = () => chance.nth(`random of ${timeline.actor}`);
    const uuid = () => chance.hex(16, name()).replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*$/, "$1-$2-4$3-8$4-$5");
    const values = <Bytes extends Uint8Array>(bytes: Bytes): Bytes => {
      bytes.set(Buffer.from(chance.hex(bytes.length, name()), "hex"));
      return bytes;
    };
    Object.assign(crypto, { randomUUID: uuid, randomInt: (end: number) => chance.below(end, name()) });
    syncBuiltinESMExports();
    Object.defineProperty(globalThis.crypto, "getRandomValues", { value: values, configurable: true });
    Date.now = () => timeline.now();
    this.#restore = () => {
      Object.assign(crypto, { randomUUID, randomInt });
      syncBuiltinESMExports();
      Reflect.deleteProperty(globalThis.crypto, "getRandomValues");
      Date.now = now;
      Error.stackTraceLimit = stackTraceLimit;
    };
  }

  [Symbol.dispose](): void {
    this.#restore();
  }
}
