import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";
import { marshall } from "@aws-sdk/util-dynamodb";
import type { Account } from "../../local/account/account.ts";
import { AwsError } from "../../local/aws.ts";
import type { Principal } from "../../local/iam/roles.ts";
import type { Chance } from "./chance.ts";
import type { Faults } from "./faults.ts";
import type { Timeline } from "./timeline.ts";

type Fields = Readonly<Record<string, unknown>>;

/** One request to AWS. */
export interface AwsCall {
  readonly service: "dynamodb" | "lambda" | "s3" | "states";
  readonly operation: string;
  readonly input: Fields;
  /** What it is about: calls of one actor are told apart by it. */
  readonly target: string;
  /** Milliseconds after which the caller gives up. */
  readonly timeout: number;
}

/** Who calls: a function's environment, or the state machine. */
export interface CallingSide {
  readonly name: string;
  readonly principal: Principal;
  readonly invocation?: Invocation;
  /** Hands an answer over, if there is still somebody to take it. */
  deliver(run: () => void): void;
  /** Called before each call. @returns true where the call is never sent. */
  endsAt?(point: string, name: string): boolean;
}

/** One invocation of a function, and whether a fault has met it: then it may have left something that nobody takes back. */
export interface Invocation {
  isDisturbed: boolean;
}

/** Told of each call that has had an effect. */
export type OnEffect = (call: AwsCall, output: Fields, invocation: Invocation) => Promise<void>;

/** What a function or a state machine sees of AWS: calls that take time, fail before their effect, or lose their answer after it. */
export class AwsCalls {
  /** By call and caller. */
  readonly counts: Record<string, number> = {};
  /** Calls that were sent before it changed are gone. */
  epoch = 0;
  readonly #account: Account;
  readonly #timeline: Timeline;
  readonly #chance: Chance;
  readonly #faults: Faults;
  readonly #onEffect: OnEffect;

  constructor(account: Account, timeline: Timeline, chance: Chance, faults: Faults, onEffect: OnEffect) {
    this.#account = account;
    this.#timeline = timeline;
    this.#chance = chance;
    this.#faults = faults;
    this.#onEffect = onEffect;
  }

  /** @throws {@link AwsError}; `TimeoutError` where the answer does not come. */
  send(call: AwsCall, side: CallingSide): Promise<unknown> {
    const point = `${call.service}:${call.operation} | ${side.name}`;
    this.counts[point] = (this.counts[point] ?? 0) + 1;
    const name = this.#chance.nth(`${this.#timeline.actor} ${call.operation} ${call.target}`);
    const { invocation = { isDisturbed: false } } = side;
    const happens = (kind: string): boolean => {
      const isSo = this.#faults.happens(kind, point, name);
      invocation.isDisturbed ||= isSo;
      return isSo;
    };
    return new Promise((resolve, reject) => {
      if (side.endsAt?.(point, name)) return;
      const isSlow = happens("slow");
      const [out, back] = ["out", "back"].map((way) => this.#latency(isSlow, `${name} ${way}`)) as [number, number];
      const isLost = happens("answer lost");
      const givesUp = isLost ? this.#chance.between(out + back, call.timeout, `${name} gives up`) : call.timeout;
      const answer = (run: () => void, after: number) => this.#timeline.after(after, () => side.deliver(run), actor);
      const { actor } = this.#timeline;
      const { epoch } = this;
      const callOff = answer(() => reject(new AwsError("TimeoutError", "The answer did not come.", 0)), givesUp);
      const arrive = async () => {
        if (epoch !== this.epoch) return;
        const outcome = await this.#outcome(call, () => this.#effect(call, { side, point, name, happens, invocation }), point);
        if (epoch !== this.epoch || isLost) return;
        answer(() => {
          callOff();
          outcome(resolve, reject);
        }, back);
      };
      // An invocation takes its time: nobody waits for it here.
      this.#timeline.after(out, call.service === "lambda" ? () => void arrive() : arrive);
    });
  }

  async #outcome(call: AwsCall, effect: () => Promise<unknown>, point: string) {
    try {
      const output = await effect();
      this.#timeline.note(`${point} ${call.target}`);
      return (resolve: (output: unknown) => void) => resolve(output);
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      this.#timeline.note(`${point} ${call.target}: ${error.name}`);
      return (_: unknown, reject: (error: Error) => void) => reject(error);
    }
  }

  async #effect(call: AwsCall, { side, point, name, happens, invocation }: Occasion): Promise<unknown> {
    const { service, operation } = call;
    if (happens("refused")) throw new AwsError(...refusals[service].failed);
    if (happens("throttled")) throw new AwsError(...refusals[service].throttled);
    if (this.#faults.isDuring("denied", point, deniable, `${service} to ${side.name}`)) {
      invocation.isDisturbed = true;
      throw new AwsError(...refusals[service].denied);
    }
    const { input, unprocessed } = this.#part(call, point, name);
    const output = (await this.#account.call(service, { operation, input }, side.principal)) as Fields;
    await this.#onEffect({ ...call, input }, output, invocation);
    return { ...output, ...unprocessed };
  }

  /** The part of a batch that is done, and what the answer says of the rest. */
  #part({ operation, input }: AwsCall, point: string, name: string): { readonly input: Fields; readonly unprocessed?: Fields } {
    if (!operation.startsWith("Batch") || !this.#faults.happens("unprocessed", point, name)) return { input };
    const [[table, requests]] = Object.entries(input["RequestItems"] as Fields) as [[string, unknown]];
    const isWrite = operation === "BatchWriteItem";
    const all = (isWrite ? requests : (requests as Fields)["Keys"]) as readonly unknown[];
    const done = 1 + this.#chance.below(all.length - 1, `${name} part`);
    const of = (part: readonly unknown[]) => ({ [table]: isWrite ? part : { ...(requests as Fields), Keys: part } });
    if (all.length < 2) return { input };
    return {
      input: { RequestItems: of(all.slice(0, done)) },
      unprocessed: { [isWrite ? "UnprocessedItems" : "UnprocessedKeys"]: of(all.slice(done)) },
    };
  }

  #latency(isSlow: boolean, name: string): number {
    return isSlow ? this.#chance.between(300, 3_500, name) : this.#chance.between(2, 30, name);
  }
}

interface Occasion {
  readonly side: CallingSide;
  readonly point: string;
  readonly name: string;
  readonly happens: (kind: string) => boolean;
  readonly invocation: Invocation;
}

type Refusal = readonly [name: string, message: string, status: number];

/** What each service answers where it fails, where there are too many calls, and where the caller may not. */
const refusals: Readonly<Record<AwsCall["service"], Readonly<Record<"failed" | "throttled" | "denied", Refusal>>>> = {
  dynamodb: {
    failed: ["InternalServerError", "Internal server error", 500],
    throttled: ["ProvisionedThroughputExceededException", "Too many requests", 400],
    denied: ["AccessDeniedException", "Not authorized", 400],
  },
  lambda: {
    failed: ["ServiceException", "Service error", 500],
    throttled: ["TooManyRequestsException", "Rate exceeded", 429],
    denied: ["AccessDeniedException", "Not authorized", 403],
  },
  s3: {
    failed: ["InternalError", "We encountered an internal error.", 500],
    throttled: ["SlowDown", "Please reduce your request rate.", 503],
    denied: ["AccessDenied", "Access Denied", 403],
  },
  states: {
    failed: ["ServiceUnavailable", "Service unavailable", 503],
    throttled: ["ThrottlingException", "Rate exceeded", 400],
    denied: ["AccessDeniedException", "Not authorized", 400],
  },
};

const functions = [
  ...["create-job", "delete-job", "find-documents", "get-job", "get-text", "list-jobs"],
  ...["ocr", "ml-inference", "search", "sweep-jobs"],
];
const deniable = [
  ...functions.flatMap((name) => [`dynamodb to ${name}`, `s3 to ${name}`]),
  "states to create-job",
  "states to sweep-jobs",
  "lambda to process-job",
  "dynamodb to process-job",
] as unknown as readonly [string, ...string[]];

const maxAttempts = 3;

/** Sends a call as the SDK does: again where that may help, and with the SDK's errors. */
export async function sendBySdk(
  call: AwsCall,
  send: (call: AwsCall) => Promise<unknown>,
  pause: (milliseconds: number, name: string) => Promise<void>,
): Promise<unknown> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await send(call);
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      if (attempt === maxAttempts || !isRetried(error)) throw sdkError(error, attempt);
      await pause(Math.min(20_000, (isThrottle(error) ? 500 : 100) * 2 ** attempt), `${call.operation} ${call.target}`);
    }
  }
}

/** @see https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html */
const isRetried = (error: AwsError): boolean => error.status >= 500 || error.name === "TimeoutError" || isThrottle(error);

const isThrottle = ({ name, status }: AwsError): boolean =>
  status === 429 || /Throttl|ThroughputExceeded|SlowDown|TooManyRequests/.test(name);

function sdkError({ name, message, status, members }: AwsError, attempts: number): Error {
  const $metadata = { attempts, ...(status > 0 && { httpStatusCode: status }) };
  if (name === "ConditionalCheckFailedException")
    return new ConditionalCheckFailedException({
      message,
      $metadata,
      ...(members["Item"] !== undefined && { Item: marshall(members["Item"]) }),
    });
  return Object.assign(new Error(message), { name, $metadata, $fault: status >= 500 ? "server" : "client" });
}
