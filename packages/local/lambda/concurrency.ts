import { AwsError } from "../aws.ts";

/** Executions that AWS keeps for the functions that have reserved none. */
const minUnreserved = 100;

/**
 * The limits of Lambda for invocations in progress at once. Those that wait for an environment of this machine do not count: on AWS
 * most of them would have ended by now.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html
 */
export class Concurrency {
  readonly #reserved = new Map<string, number>();
  readonly #minUnreserved: number;
  #unreserved: number;

  /** @param accountLimit of all functions together. AWS gives 1,000, and 10 to many a new account. */
  constructor(accountLimit: number) {
    this.#minUnreserved = Math.min(minUnreserved, accountLimit);
    this.#unreserved = accountLimit;
  }

  /**
   * Reserves executions for a function, in place of an earlier reservation; 0 switches it off, and undefined gives them back.
   *
   * @throws {@link AwsError} `InvalidParameterValueException` where too little would be left for the others.
   */
  reserve(functionName: string, executions: number | undefined): void {
    const left = this.#unreserved + (this.#reserved.get(functionName) ?? 0) - (executions ?? 0);
    if (executions !== undefined && left < this.#minUnreserved) {
      const sentence = `Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [${this.#minUnreserved}].`;
      throw new AwsError("InvalidParameterValueException", sentence);
    }
    if (executions === undefined) this.#reserved.delete(functionName);
    else this.#reserved.set(functionName, executions);
    this.#unreserved = left;
  }

  /**
   * Lets an invocation of a function begin.
   *
   * @param functions all of the account, with the invocations that run.
   * @throws {@link AwsError} `TooManyRequestsException` where there is no room for it.
   */
  admit(functionName: string, functions: Iterable<{ readonly name: string; readonly running: number }>): void {
    const reserved = this.#reserved.get(functionName);
    const isOfPool = (name: string) => (reserved === undefined ? !this.#reserved.has(name) : name === functionName);
    let running = 0;
    for (const each of functions) if (isOfPool(each.name)) running += each.running;
    if (running < (reserved ?? this.#unreserved)) return;
    const scope = reserved === undefined ? "" : "ReservedFunction";
    throw new AwsError("TooManyRequestsException", "Rate Exceeded.", 429, { Reason: `${scope}ConcurrentInvocationLimitExceeded` });
  }
}
