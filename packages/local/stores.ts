import { rmSync } from "node:fs";
import { join } from "node:path";
import type { Clock } from "./clock.ts";
import { diskFaultNotice, isDiskFault } from "./disk-fault.ts";
import { DynamoEngine } from "./dynamodb/dynamo-engine.ts";
import { LogGroups } from "./logs/log-groups.ts";
import { BucketStore } from "./s3/bucket-store.ts";
import { ExecutionJournal } from "./step-functions/journal.ts";

export interface StoresOptions {
  readonly clock: Clock;
  /** Where the data lies; nowhere but in memory where there is none. */
  readonly dataFolder?: string | undefined;
  /** Whether to empty the data folder first. */
  readonly reset?: boolean;
  /** Told of what a person should know, in one sentence. */
  readonly onNotice?: (sentence: string) => void;
  /** Told of faults of the runtime's own. */
  readonly onFault: (error: unknown) => void;
}

/** Everything that the local runtime keeps, and whom it tells when it cannot. */
export interface Stores {
  readonly dynamo: DynamoEngine;
  readonly buckets: BucketStore;
  readonly logs: LogGroups;
  readonly journal: ExecutionJournal;
  readonly onNotice: (sentence: string) => void;
  readonly onDiskFault: (error: unknown) => void;
  readonly onFault: (error: unknown) => void;
}

export const region = "us-east-1";
export const accountId = "000000000000";

/**
 * Opens the data folder, or the same in memory.
 *
 * @throws an error of one sentence where the folder is in use, cannot be written, or holds a damaged journal.
 */
export async function openStores(options: StoresOptions, opened: AsyncDisposableStack): Promise<Stores> {
  const { clock, onNotice = () => undefined } = options;
  const onDiskFault = diskFaultNotice(clock, onNotice);
  const onFault = (error: unknown) => (isDiskFault(error) ? onDiskFault(error) : options.onFault(error));
  const folders = foldersIn(options.dataFolder);
  const openTables = () => DynamoEngine.open({ clock, region, accountId, onDiskFault, ...(folders && { folder: folders.tables }) });
  if (options.reset) await empty(folders, openTables);
  const dynamo = await openTables();
  opened.defer(() => dynamo.close());
  const buckets = new BucketStore({ clock, ...(folders && { folder: folders.buckets }) });
  const logs = new LogGroups(folders?.logs, clock, onDiskFault);
  const journal = new ExecutionJournal(folders?.journal);
  for (const store of [buckets, logs, journal]) opened.defer(() => store.close());
  return { dynamo, buckets, logs, journal, onNotice, onDiskFault, onFault };
}

interface DataFolders {
  readonly tables: string;
  readonly buckets: string;
  readonly logs: string;
  readonly journal: string;
}

function foldersIn(folder: string | undefined): DataFolders | undefined {
  if (folder === undefined) return undefined;
  const path = (name: string) => join(folder, name);
  return { tables: path("tables"), buckets: path("buckets"), logs: path("logs"), journal: path("executions.jsonl") };
}

/** Empties the data folder, if nobody else has it open: whoever has opens the tables first. */
async function empty(folders: DataFolders | undefined, openTables: () => Promise<DynamoEngine>): Promise<void> {
  if (folders === undefined) return;
  await (await openTables()).close();
  for (const path of Object.values(folders)) rmSync(path, { recursive: true, force: true });
}
