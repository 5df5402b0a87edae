import { AwsError } from "../aws.ts";

/** Executions that AWS keeps for the functions that have reserved none. */
const minUnreserved = 100;

/** The pool of the functions that have reserved none. */
const unreserved = Symbol("unreserved");

/**
 * Invocations in progress at once, as Lambda counts and refuses them. Those that wait for an environment of this machine count:
 * on AWS they would have started.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html
 */
export class Concurrency {
  readonly #limits = new Map<string | symbol, number>();
  readonly #inProgress = new Map<string | symbol, number>();
  readonly #minUnreserved: number;

  /** @param accountLimit of all functions together. AWS gives 1,000, and 10 to many a new account. */
  constructor(accountLimit: number) {
    this.#minUnreserved = Math.min(minUnreserved, accountLimit);
    this.#limits.set(unreserved, accountLimit);
  }

  /**
   * Reserves executions for a function; 0 switches it off.
   *
   * @throws {@link AwsError} `InvalidParameterValueException` where too little would be left for the others.
   */
  reserve(functionName: string, executions: number): void {
    const left = this.#limitOf(unreserved) - executions;
    if (left < this.#minUnreserved) {
      const sentence = `Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [${this.#minUnreserved}].`;
      throw new AwsError("InvalidParameterValueException", sentence);
    }
    this.#limits.set(functionName, executions);
    this.#limits.set(unreserved, left);
  }

  /**
   * Runs an invocation of a function.
   *
   * @throws {@link AwsError} `TooManyRequestsException` where there is no room for it.
   */
  async run<T>(functionName: string, invocation: () => Promise<T>): Promise<T> {
    const pool = this.#limits.has(functionName) ? functionName : unreserved;
    const inProgress = this.#inProgress.get(pool) ?? 0;
    if (inProgress >= this.#limitOf(pool)) throw throttled(pool);
    this.#inProgress.set(pool, inProgress + 1);
    try {
      return await invocation();
    } finally {
      this.#inProgress.set(pool, (this.#inProgress.get(pool) ?? 1) - 1);
    }
  }

  #limitOf(pool: string | symbol): number {
    return this.#limits.get(pool) ?? 0;
  }
}

function throttled(pool: string | symbol): AwsError {
  const scope = pool === unreserved ? "" : "ReservedFunction";
  return new AwsError("TooManyRequestsException", "Rate Exceeded.", 429, { Reason: `${scope}ConcurrentInvocationLimitExceeded` });
}
