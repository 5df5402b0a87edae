import { z } from "zod";
import type { Fault } from "./model/console-api.ts";

const faultKinds = ["fail", "slow", "hang", "out-of-memory", "throttle", "deny", "lose", "duplicate"] as const;

const faultSchema = z.strictObject({
  target: z.string().max(200),
  kind: z.enum(faultKinds),
  operation: z.string().max(100).exactOptional(),
  error: z.string().min(1).max(200).exactOptional(),
  milliseconds: z.int().min(1).max(900_000).exactOptional(),
  calls: z.int().min(1).max(1_000_000).exactOptional(),
});

const faultsSchema = z.array(faultSchema).max(200);
const nameSchema = z.strictObject({ name: z.string().min(1).max(1_000) });

/** A body that was read, or the sentences that refuse it. */
type Read<T> = { readonly data: T } | { readonly refusal: string };

export const readFaults = (body: unknown): Read<readonly Fault[]> => read(faultsSchema, body);

export const readName = (body: unknown): Read<{ readonly name: string }> => read(nameSchema, body);

function read<T>(schema: z.ZodType<T>, body: unknown): Read<T> {
  const { data, error } = schema.safeParse(body);
  return error === undefined ? { data: data as T } : { refusal: z.prettifyError(error) };
}
