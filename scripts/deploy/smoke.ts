import { jobCommand } from "../job-command.ts";
import type { Surroundings } from "./command.ts";
import { Refusal } from "./refusal.ts";

const text = "AWS Lambda is a great serverless compute service";

/** A new API takes a few seconds to know its routes. */
const patience = { attempts: 10, pauseMilliseconds: 3_000 };

/**
 * Sends a job through a stack, with its progress for all to see.
 *
 * @param url the API's address, without a slash at its end.
 * @param who the switches by which `npm run job` says who calls.
 * @throws {@link Refusal} where the job does not end in `DONE`.
 */
export async function smoke(
  url: string,
  who: readonly string[],
  { fetch, clock, env, folder, print, report }: Surroundings,
): Promise<void> {
  report("A job through all of it:");
  for (let attempt = 1; attempt < patience.attempts && !(await isUp(url, fetch)); attempt++) await clock.sleep(patience.pauseMilliseconds);
  const code = await jobCommand([text, "--url", url, ...who], { fetch, clock, env, folder, input: nothing(), print, report });
  if (code === 0) return;
  throw new Refusal("The stack stands, but the job did not end in DONE: the links above lead to its logs; see also docs/deploying.md.");
}

/** Whether a function of ours answers (`error`), or the API asks who is calling, rather than the gateway saying that it knows no route. */
async function isUp(url: string, fetcher: typeof fetch): Promise<boolean> {
  try {
    const response = await fetcher(url);
    return [401, 403].includes(response.status) || "error" in Object(await response.json());
  } catch {
    return false;
  }
}

async function* nothing(): AsyncGenerator<Uint8Array> {}
