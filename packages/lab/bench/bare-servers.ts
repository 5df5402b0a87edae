import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { milliseconds, type Row } from "../../../scripts/table.ts";
import type { LoadLimits } from "./load.ts";
import { measurePosts } from "./measure.ts";

export const bareHead: Row = ["Bare Node server", "POST p50, 1 client", "p99", "POST p50, 32 clients", "p99", "POSTs a second"];

/** Measures the minimum of an answered POST: without a write, with one to the operating system, and with one to the disk. */
export async function measureBareServers(folder: string, limits: Omit<LoadLimits, "clients">): Promise<Row[]> {
  const file = join(folder, "posts.jsonl");
  return [
    await measureOne("answers only", [], limits),
    await measureOne("appends, then answers", [file, "append"], limits),
    await measureOne("appends and syncs, then answers", [file, "sync"], limits),
  ];
}

async function measureOne(name: string, args: readonly string[], limits: Omit<LoadLimits, "clients">): Promise<Row> {
  const child = fork(new URL("./bare-server.ts", import.meta.url), args, { execArgv: [] });
  const exit = once(child, "exit");
  const [url] = await once(child, "message");
  await measurePosts(url, { ...limits, clients: 32 }); // until all of it is compiled
  const one = await measurePosts(url, { ...limits, clients: 1 });
  const many = await measurePosts(url, { ...limits, clients: 32 });
  child.disconnect();
  await exit;
  const durations = [one.post.p50, one.post.p99, many.post.p50, many.post.p99].map(milliseconds);
  return [name, ...durations, many.postsPerSecond.toFixed(0)];
}
