import { z } from "zod";
import { type Fault, faults, jobName } from "./model/console-api.ts";

/** A body that was read, or the sentences that refuse it. */
type Read<T> = { readonly data: T } | { readonly refusal: string };

export const readFaults = (body: unknown): Read<readonly Fault[]> => read(faults, body);

export const readName = (body: unknown): Read<{ readonly name: string }> => read(jobName, body);

function read<T>(schema: z.ZodType<T>, body: unknown): Read<T> {
  const { data, error } = schema.safeParse(body);
  return error === undefined ? { data: data as T } : { refusal: z.prettifyError(error) };
}
