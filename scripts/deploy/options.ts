import { parseArgs } from "node:util";
import { Refusal } from "./refusal.ts";

/**
 * Reads switches such as `--yes`.
 *
 * @throws {@link Refusal} for any other argument.
 */
export function switchesIn<Name extends string>(args: readonly string[], names: readonly Name[]): Readonly<Record<Name, boolean>> {
  try {
    const options = Object.fromEntries(names.map((name) => [name, { type: "boolean", default: false }] as const));
    return parseArgs({ args: [...args], options }).values as Record<Name, boolean>;
  } catch (error) {
    throw new Refusal(error instanceof Error ? error.message : String(error));
  }
}
