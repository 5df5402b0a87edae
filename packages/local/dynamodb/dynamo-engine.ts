import { isDeepStrictEqual } from "node:util";
import { AwsError } from "../aws.ts";
import type { Clock } from "../clock.ts";
import { openStore } from "./data-folder.ts";
import type { IndexDescription, Input, Item, Store, TableDescription } from "./dynalite.ts";
import { type Consume, createTable, operations, runOperation } from "./operation.ts";
import { activeAtOnce } from "./store-view.ts";

export interface DynamoEngineOptions {
  /** The folder of the tables; in memory where there is none. */
  readonly folder?: string | undefined;
  readonly clock: Clock;
  readonly region?: string;
  readonly accountId?: string;
  /** Called for each write that failed. */
  readonly onDiskFault?: (error: unknown) => void;
}

/** The input of CreateTable, and the attribute that holds an item's time to live. */
export interface TableDeclaration extends Readonly<Input> {
  readonly TableName: string;
  readonly TimeToLiveSpecification?: { readonly AttributeName: string; readonly Enabled: boolean };
}

const fiveYearsInSeconds = 5 * 365 * 86_400;

/**
 * DynamoDB in process: dynalite, and what it lacks. What neither does is refused by name.
 *
 * An acknowledged write has reached the operating system: it outlives a kill of this process, though not a power cut.
 */
export class DynamoEngine {
  readonly #store: Store;
  readonly #options: DynamoEngineOptions;
  readonly #tables = new Map<string, TableDescription>();
  readonly #timeToLive = new Map<string, string>();
  readonly #running = new Set<Promise<unknown>>();

  private constructor(store: Store, options: DynamoEngineOptions) {
    this.#store = store;
    this.#options = options;
    store.tableDb.awsRegion = options.region ?? "us-east-1";
    store.tableDb.awsAccountId = options.accountId ?? "000000000000";
  }

  /** @throws an error of one sentence when the folder is in use or cannot be written. */
  static async open(options: DynamoEngineOptions): Promise<DynamoEngine> {
    const engine = new DynamoEngine(await openStore(options.folder, options.onDiskFault), options);
    for await (const value of engine.#store.db.values({ gte: "table~", lt: "table~\xff" })) {
      const table = value as unknown as TableDescription;
      engine.#tables.set(table.TableName, table);
    }
    return engine;
  }

  /** Waits for what is running, then frees the folder. Safe twice. */
  async close(): Promise<void> {
    await Promise.allSettled(this.#running);
    await this.#store.db.close();
  }

  /**
   * Creates a table, or opens the existing one with its items.
   *
   * @throws when the existing one has other keys or indexes.
   */
  async createTable({ TimeToLiveSpecification: timeToLive, ...input }: TableDeclaration): Promise<void> {
    const name = input.TableName;
    const existing = this.#tables.get(name);
    if (existing === undefined) {
      await runOperation(createTable, input, { ...this.#store, tableDb: activeAtOnce(this.#store.tableDb) }, this.#tables);
      this.#tables.set(name, (await this.#store.db.get(`table~${name}`)) as unknown as TableDescription);
    } else if (!isDeepStrictEqual(keysOf(existing), keysOf(input as unknown as TableDescription))) {
      throw new Error(`The table ${name} in the data folder has other keys or indexes than the one declared; start with an empty folder.`);
    }
    if (timeToLive?.Enabled) this.#timeToLive.set(name, timeToLive.AttributeName);
    else this.#timeToLive.delete(name);
  }

  /**
   * @param consume records the capacity units.
   * @throws {@link AwsError} as DynamoDB would answer it.
   */
  async execute(operation: string, input: Input, consume?: Consume): Promise<Input> {
    const running = this.#run(operation, input, consume);
    this.#running.add(running);
    try {
      return await running;
    } finally {
      this.#running.delete(running);
    }
  }

  /**
   * Deletes items whose time to live has passed, as DynamoDB does some time after.
   *
   * @returns the number of items.
   */
  async deleteExpired(): Promise<number> {
    let deleted = 0;
    for (const [table, attribute] of this.#timeToLive) {
      for await (const item of this.#store.db.values({ gte: `item-${table}~`, lt: `item-${table}~\xff` })) {
        if (this.#isExpired(item[attribute]) && (await this.#deleteUnchanged(table, item, attribute))) deleted++;
      }
    }
    return deleted;
  }

  // Like DynamoDB, which ignores times more than five years ago as probable mistakes in the unit.
  #isExpired(expiry: Item[string] | undefined): boolean {
    const age = this.#options.clock.now() / 1000 - Number(expiry?.["N"]);
    return age > 0 && age < fiveYearsInSeconds;
  }

  async #deleteUnchanged(table: string, item: Item, attribute: string): Promise<boolean> {
    const keys = this.#tables.get(table)?.KeySchema.map(({ AttributeName }) => [AttributeName, item[AttributeName]]) ?? [];
    try {
      await this.#run("DeleteItem", {
        TableName: table,
        Key: Object.fromEntries(keys),
        ConditionExpression: "#expiry = :expiry",
        ExpressionAttributeNames: { "#expiry": attribute },
        ExpressionAttributeValues: { ":expiry": item[attribute] },
      });
      return true;
    } catch (error) {
      if (error instanceof AwsError && error.name === "ConditionalCheckFailedException") return false;
      throw error;
    }
  }

  async #run(name: string, input: Input, consume?: Consume): Promise<Input> {
    const operation = operations.get(name);
    if (operation !== undefined) return runOperation(operation, input, this.#store, this.#tables, consume);
    if (name === "ListTables") return { TableNames: [...this.#tables.keys()].sort() };
    if (name === "DescribeTable") return { Table: this.#table(input) };
    if (name === "DescribeTimeToLive") return { TimeToLiveDescription: this.#describeTimeToLive(this.#table(input).TableName) };
    throw new AwsError("UnknownOperationException", `The local DynamoDB does not simulate ${name}.`);
  }

  #table({ TableName: name }: Input): TableDescription {
    const table = this.#tables.get(String(name));
    if (table === undefined) throw new AwsError("ResourceNotFoundException", `Requested resource not found: Table: ${name} not found`);
    return table;
  }

  #describeTimeToLive(table: string): Input {
    const AttributeName = this.#timeToLive.get(table);
    return AttributeName === undefined ? { TimeToLiveStatus: "DISABLED" } : { TimeToLiveStatus: "ENABLED", AttributeName };
  }
}

function keysOf({ KeySchema, AttributeDefinitions, GlobalSecondaryIndexes = [], LocalSecondaryIndexes = [] }: TableDescription): unknown {
  const indexOf = ({ IndexName, KeySchema, Projection }: IndexDescription) => ({ IndexName, KeySchema, Projection });
  const attributes = new Set(AttributeDefinitions.map((attribute) => JSON.stringify(attribute)));
  return { KeySchema, attributes, global: GlobalSecondaryIndexes.map(indexOf), local: LocalSecondaryIndexes.map(indexOf) };
}
