import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { StartError } from "./start-error.ts";

export type StartOptions = ReturnType<typeof parseStartOptions>;

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
export function parseStartOptions(args: readonly string[]) {
  const values = parsed(args);
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65_534)
    throw new StartError(`--port takes a number from 0 to 65534, not "${values.port}".`);
  if (values.memory && values.data !== undefined) throw new StartError("--memory keeps nothing, so it cannot go with --data.");
  const { project, data, memory, stack, reset, set, watch, help } = values;
  return {
    ...{ project: resolve(project), stack, port, reset, set, watch, help },
    dataFolder: memory ? undefined : (data ?? join(project, ".local")),
  };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        project: { type: "string", default: "" },
        stack: { type: "string", default: "dev" },
        port: { type: "string", default: "3000" },
        data: { type: "string" },
        memory: { type: "boolean", default: false },
        reset: { type: "boolean", default: false },
        set: { type: "string", multiple: true, default: [] },
        watch: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    }).values;
  } catch (error) {
    throw new StartError(`${(error as Error).message}\n${usage}`);
  }
}
