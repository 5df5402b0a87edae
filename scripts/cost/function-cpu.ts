import { existsSync, readdirSync, readFileSync } from "node:fs";

/**
 * Milliseconds on a core that the functions' processes have used so far, by the function's full name. It does not grow
 * while a function waits, or while others keep it from a core.
 *
 * @returns nothing of any where the system has no /proc to tell: then only waiting is counted.
 */
export function functionCpu(): ReadonlyMap<string, number> {
  const used = new Map<string, number>();
  for (const id of childProcesses()) {
    const name = /(?:^|\0)AWS_LAMBDA_FUNCTION_NAME=([^\0]+)/.exec(readFileSync(`/proc/${id}/environ`, "utf8"))?.[1];
    if (name !== undefined) used.set(name, (used.get(name) ?? 0) + onCore(id));
  }
  return used;
}

function childProcesses(): readonly string[] {
  const tasks = "/proc/self/task";
  if (!existsSync(tasks)) return [];
  const lists = readdirSync(tasks).map((task) => readFileSync(`${tasks}/${task}/children`, "utf8"));
  return lists.flatMap((list) => list.split(" ").filter((id) => id !== ""));
}

/** Nanoseconds stand first, for each thread. */
function onCore(id: string): number {
  const threads = readdirSync(`/proc/${id}/task`);
  return threads.reduce((sum, thread) => sum + Number.parseInt(readFileSync(`/proc/${id}/task/${thread}/schedstat`, "utf8"), 10) / 1e6, 0);
}
