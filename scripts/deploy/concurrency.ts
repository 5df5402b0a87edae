import { type AwsAccount, AwsRefusal } from "./aws-account.ts";
import { Refusal } from "./refusal.ts";

/** What AWS always keeps for functions without a reservation. */
const alwaysUnreserved = 100;

const remedy = `ask for more, which costs nothing (AWS console, Service Quotas, AWS Lambda, "Concurrent executions")`;

/**
 * Looks at how many calls of Lambda functions the account may run at once: new accounts have 10.
 *
 * @param reserved the stack's `reservedConcurrency`: calls by function, as JSON.
 * @returns what is good to know, if anything.
 * @throws {@link Refusal} where AWS would refuse the stack's reservations half-way through.
 */
export async function checkConcurrency(account: AwsAccount, reserved: unknown): Promise<string | undefined> {
  const limit = await limitOf(account);
  if (typeof limit === "string") return limit;
  const wanted = sumOf(reserved);
  if (wanted > 0 && limit - wanted < alwaysUnreserved) {
    throw new Refusal(
      `reservedConcurrency keeps ${wanted} of the ${limit} Lambda calls that this account may run at once, and AWS insists on ${alwaysUnreserved} without a reservation: lower it, or ${remedy}.`,
    );
  }
  if (limit >= alwaysUnreserved) return undefined;
  return `This account may run ${limit} Lambda calls at once, as new ones do: under load, calls are throttled and jobs take longer. To change that, ${remedy}.`;
}

async function limitOf(account: AwsAccount): Promise<number | string> {
  try {
    return await account.concurrency();
  } catch (error) {
    if (!(error instanceof AwsRefusal)) throw error;
    return `How many Lambda calls the account may run at once is not known (${error.code}).`;
  }
}

/** What is no such setting is the program's to refuse. */
function sumOf(reserved: unknown): number {
  try {
    const calls = Object.values<unknown>(typeof reserved === "string" ? JSON.parse(reserved) : (reserved ?? {}));
    return calls.reduce<number>((sum, each) => sum + (typeof each === "number" ? each : 0), 0);
  } catch {
    return 0;
  }
}
