import { setTimeout as sleep } from "node:timers/promises";
import { AwsError, type LogLine, type Manifest, type PermittedCall, type Runtime, type Usage } from "@async-text-processing/local";
import { type CompiledPolicy, compilePolicy, type Denial, ManualClock } from "@async-text-processing/local/testing";
import { type Answer, isFinal, request, startLocalRuntime } from "../support/local-runtime.ts";

/** A running stack that a flow goes through, and all that is seen of it on the way. */
export interface Stack {
  readonly runtime: Runtime;
  readonly clock: ManualClock;
  /** The calls that roles were denied. */
  readonly denials: Denial[];
  /** The grants that roles have used: `role statement action`. */
  readonly uses: Set<string>;
  readonly logLines: LogLine[];
  /** Makes calls fail as a service that is out of order would; they are permitted all the same. */
  breakCalls(isBroken: (call: PermittedCall) => boolean): void;
  /** The number of permitted calls of a role, by its logical name, to an operation such as `PutItem`. */
  callsOf(role: string, operation: string): number;
  post(text: string, headers?: Readonly<Record<string, string>>): Promise<Answer>;
  /** Waits until it holds, and advances the clock by a second now and then. @throws Error at once where anything is denied. */
  until(what: string, holds: () => boolean | Promise<boolean>): Promise<void>;
  /** Advances the clock by minutes until it holds, while no sweep is running. @throws Error at once where anything is denied. */
  pass(what: string, holds: () => boolean): Promise<void>;
  /** Reads a job until it has ended. */
  ended(jobId: unknown): Promise<Record<string, unknown>>;
  /** Has a role act under another policy until what is returned is called. */
  withPolicy(roleName: string, policy: string): () => void;
  /** Clears what was recorded, stops failing calls, and waits until running work has ended. */
  settle(): Promise<void>;
  stop(): Promise<void>;
}

/** The role of the schedule, whose one call is a sweep. */
const sweeper = "sweeper-local";

export async function startStack(manifest: Manifest): Promise<Stack> {
  const clock = new ManualClock();
  const denials: Denial[] = [];
  const logLines: LogLine[] = [];
  const calls: PermittedCall[] = [];
  let endings = 0;
  let sweeps = 0;
  let starts = 0;
  let isBroken: (call: PermittedCall) => boolean = () => false;
  const before = async (call: PermittedCall) => {
    calls.push(call);
    // An error that nothing sends again: neither the SDK nor a retrier of the definition.
    if (isBroken(call)) throw new AwsError("ResourceNotFoundException", "The test has broken this call.", 400);
    if (call.operation === "StartExecution") starts++;
    if (call.principal.roleName === sweeper) sweeps++;
  };
  const onUsage = (usage: Usage) => {
    if (usage.kind === "execution") endings++;
    if (usage.kind === "call" && usage.caller === sweeper) sweeps--;
  };
  const runtime = await startLocalRuntime({ manifest, clock, before, onUsage });
  const { iam, logs } = runtime.services;
  runtime.account.ledger.onDenial((denial) => isOfMissingPage(denial) || denials.push(denial));
  logs.onLine((line) => logLines.push(line));
  const uses = new Set<string>();
  runtime.account.ledger.onUse(({ roleName, statement, action }) => uses.add(`${roleName} ${statement} ${action}`));

  const throwDenied = () => {
    const [denial] = denials;
    if (denial !== undefined) throw new Error(`${denial.roleName} was denied ${denial.action} on ${denial.resource}`);
  };
  const stack: Stack = {
    ...{ runtime, clock, denials, uses, logLines },
    breakCalls: (wanted) => {
      isBroken = wanted;
    },
    callsOf: (role, operation) =>
      calls.filter((call) => call.principal.roleName === `${role}-local` && call.operation === operation).length,
    post: (text, headers = {}) =>
      request(runtime, "/jobs", {
        method: "POST",
        headers: { "content-type": "application/json", ...headers },
        body: JSON.stringify({ text }),
      }),
    until: async (what, holds) => {
      for (let turns = 1; turns < 2_000; turns++) {
        const isSo = await holds();
        throwDenied();
        if (isSo) return;
        await sleep(5);
        if (turns % 50 === 0) await clock.advance(1_000);
      }
      throw new Error(`This did not come about: ${what}.`);
    },
    pass: async (what, holds) => {
      for (let minutes = 0; minutes < 15; minutes += 1 / 6) {
        while (sweeps > 0) await sleep(1);
        throwDenied();
        if (holds()) return;
        await clock.advance(10_000);
      }
      throw new Error(`This did not come about: ${what}.`);
    },
    ended: async (jobId) => {
      let job: Record<string, unknown> = {};
      await stack.until(`the end of the job ${jobId}`, async () => {
        job = (await request(runtime, `/jobs/${jobId}`)).body;
        return isFinal(job);
      });
      return job;
    },
    withPolicy: (roleName, policy) => {
      const role = [...iam.credentials.values()].find((one) => one.roleName === roleName);
      // The very list that the account evaluates: a running stack has no other way to change what a role may do.
      const held = role?.policies as CompiledPolicy[];
      const declared = held.splice(0, held.length, compilePolicy(policy));
      return () => held.splice(0, held.length, ...declared);
    },
    settle: async () => {
      isBroken = () => false;
      denials.length = 0;
      await stack.until("the end of every execution", () => endings === starts);
      calls.length = 0;
      uses.clear();
      logLines.length = 0;
    },
    stop: runtime.stop,
  };
  return stack;
}

/** OCR asks for pages that may not be there, and S3 tells nobody of a missing object who may not list the bucket. */
const isOfMissingPage = ({ roleName, action }: Denial): boolean => roleName === "ocr-local" && action === "s3:ListBucket";
