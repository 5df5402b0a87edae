import type { Clock } from "../jobs/telemetry.ts";

/**
 * Reads an environment variable that the Pulumi program sets.
 *
 * @throws Error that names the variable when it is not set: the function then fails at its start, not at a job.
 */
export function environmentVariable(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`The environment variable ${name} is not set; the Pulumi program declares it.`);
  return value;
}

export const systemClock: Clock = () => Math.floor(Date.now() / 1000);
