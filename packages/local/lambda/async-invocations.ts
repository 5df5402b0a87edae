import { AwsError } from "../aws.ts";
import type { Clock } from "../clock.ts";
import { pause } from "../deadline.ts";
import type { LambdaService } from "./lambda-service.ts";

/** Lambda's waits after the first and the second attempt in which the function failed; after the third the event is dropped. */
const pausesMilliseconds = [60_000, 120_000];
/** A throttle is no attempt: Lambda waits for a second, then for twice as long each time, until the event is too old. */
const throttlePause = { first: 1_000, max: 300_000 };
const maxAgeMilliseconds = 6 * 3_600_000;

/** Events that may wait or run at once; Lambda's own queue has no such bound, but this machine's memory has. */
const maxEvents = 1_000;

export interface AsyncInvocationsOptions {
  readonly lambda: Pick<LambdaService, "invoke">;
  readonly clock: Clock;
  /** Called for each defect of the runtime, and with a sentence for each event that is dropped. */
  readonly onFault: (error: unknown) => void;
  readonly onDrop: (sentence: string) => void;
}

/**
 * Invocations whose caller does not wait. A function gets three attempts at an event, which is lost when the process ends before that.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
 */
export class AsyncInvocations {
  readonly #options: AsyncInvocationsOptions;
  readonly #stopped = new AbortController();
  #open = 0;

  constructor(options: AsyncInvocationsOptions) {
    this.#options = options;
  }

  /**
   * Takes an event in, and returns at once.
   *
   * @throws AwsError `TooManyRequestsException` beyond a thousand events.
   */
  accept(functionNameOrArn: string, event: string): void {
    if (this.#open >= maxEvents) throw new AwsError("TooManyRequestsException", "Rate Exceeded.", 429);
    this.#open++;
    this.#deliver(functionNameOrArn, event)
      .catch(this.#options.onFault)
      .finally(() => this.#open--);
  }

  /** Drops what waits for another attempt. Safe twice. */
  stop(): void {
    this.#stopped.abort();
  }

  async #deliver(functionNameOrArn: string, event: string): Promise<void> {
    const { clock, onDrop } = this.#options;
    const expiresAt = clock.now() + maxAgeMilliseconds;
    let [failures, throttles] = [0, 0];
    for (;;) {
      const failure = await this.#attempt(functionNameOrArn, event);
      if (failure === undefined || this.#stopped.signal.aborted) return;
      const throttled = Math.min(throttlePause.first * 2 ** throttles, throttlePause.max);
      const wait = failure.isThrottle ? throttled : pausesMilliseconds[failures];
      if (wait === undefined) return onDrop(`An event of ${functionNameOrArn} failed three times and is dropped: ${failure.name}.`);
      if (clock.now() + wait > expiresAt) return onDrop(`An event of ${functionNameOrArn} is too old and is dropped: ${failure.name}.`);
      if (failure.isThrottle) throttles++;
      else failures++;
      if (!(await pause(clock, wait, this.#stopped.signal))) return;
    }
  }

  /** @returns what went wrong, if anything. */
  async #attempt(functionNameOrArn: string, event: string): Promise<{ readonly name: string; readonly isThrottle: boolean } | undefined> {
    try {
      const { outcome } = await this.#options.lambda.invoke(functionNameOrArn, event);
      return "errorType" in outcome ? { name: outcome.errorType, isThrottle: false } : undefined;
    } catch (error) {
      if (error instanceof AwsError && error.status === 429) return { name: error.name, isThrottle: true };
      throw error;
    }
  }
}
