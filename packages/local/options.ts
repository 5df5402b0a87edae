import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { StartError } from "./start-error.ts";

export interface StartOptions {
  /** The folder of the Pulumi project. */
  readonly project: string;
  /** The name of the stack. */
  readonly stack: string;
  readonly port: number;
  /** The data folder; data is only in memory where there is none. */
  readonly dataFolder: string | undefined;
  /** Empties the data folder first. */
  readonly reset: boolean;
  /** `key=value`, over the stack's config. */
  readonly set: readonly string[];
  /** Takes over changes of the program while it runs. */
  readonly watch: boolean;
  readonly help: boolean;
}

export const usage = `npm start -- [options]
  --project <folder> the Pulumi project (this folder)
  --stack <name>     the stack, whose values are in Pulumi.<name>.yaml (dev)
  --port <number>    where the API listens on 127.0.0.1 (3000); the AWS endpoint takes the next port
  --data <folder>    where the data lies (.local in the project)
  --memory           keep nothing on disk
  --reset            empty the data folder first
  --set key=value    set a value of the stack's config; may be repeated
  --watch            take over changes of the program while it runs`;

/** @throws {@link StartError} that names the wrong option. */
export function parseStartOptions(args: readonly string[]): StartOptions {
  const values = parsed(args);
  const port = Number(values.port ?? 3000);
  if (!Number.isInteger(port) || port < 0 || port > 65_534)
    throw new StartError(`--port takes a number from 0 to 65534, not "${values.port}".`);
  if (values.memory && values.data !== undefined) throw new StartError("--memory keeps nothing, so it cannot go with --data.");
  const project = values.project ?? "";
  return {
    project: resolve(project),
    stack: values.stack ?? "dev",
    port,
    dataFolder: values.memory ? undefined : (values.data ?? join(project, ".local")),
    reset: values.reset ?? false,
    set: values.set ?? [],
    watch: values.watch ?? false,
    help: values.help ?? false,
  };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        project: { type: "string" },
        stack: { type: "string" },
        port: { type: "string" },
        data: { type: "string" },
        memory: { type: "boolean" },
        reset: { type: "boolean" },
        set: { type: "string", multiple: true },
        watch: { type: "boolean" },
        help: { type: "boolean" },
      },
    }).values;
  } catch (error) {
    throw new StartError(`${(error as Error).message}\n${usage}`);
  }
}
