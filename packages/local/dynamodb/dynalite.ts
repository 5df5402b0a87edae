import type { EventEmitter } from "node:events";
import { createRequire } from "node:module";

// dynalite's own parts, below its HTTP server: an operation is a call of a function, without a request, a socket or a second JSON round.

export type Item = Readonly<Record<string, Readonly<Record<string, unknown>>>>;
export type Input = Record<string, unknown>;
export type Callback<T = void> = (error?: unknown, value?: T) => void;

export interface TableDescription {
  readonly TableName: string;
  readonly TableStatus: string;
  readonly KeySchema: readonly { readonly AttributeName: string }[];
  readonly AttributeDefinitions: readonly unknown[];
  readonly GlobalSecondaryIndexes?: readonly IndexDescription[];
  readonly LocalSecondaryIndexes?: readonly IndexDescription[];
}

export interface IndexDescription {
  readonly IndexName: string;
  readonly KeySchema: readonly unknown[];
  readonly Projection: unknown;
}

/** A range of keys as an operation asks for it. */
export interface KeyRange {
  gt?: string;
  gte?: string;
  lt?: string;
  lte?: string;
  reverse?: boolean;
  limit?: number;
}

export type Write = { readonly type: "put"; readonly key: string; readonly value: Item } | { readonly type: "del"; readonly key: string };

/** The LevelDB that holds everything. */
export interface Level {
  readonly status: string;
  open(): Promise<void>;
  close(): Promise<void>;
  get(key: string): Promise<Item | undefined>;
  getSync(key: string): Item | undefined;
  batch(writes: readonly Write[]): Promise<void>;
  values(range: KeyRange): AsyncIterable<Item>;
}

type Lock = (key: string, run: (release: (callback: Callback<unknown>) => Callback<unknown>) => void) => void;

/** One table's items or one index's entries, as an operation sees them. */
export interface ItemStore {
  readonly lock?: Lock;
  get?(key: string, callback: Callback<Item>): void;
  put(key: string, item: Item, callback: Callback): void;
  del(key: string, callback: Callback): void;
  createValueStream(range: KeyRange): EventEmitter;
}

export interface TableStore {
  awsRegion: string;
  awsAccountId: string;
  readonly lock: Lock;
  get(key: string, callback: Callback<TableDescription>): void;
  put(key: string, table: TableDescription, callback: Callback): void;
}

/** The store that an operation of dynalite works on. */
export interface Store {
  readonly options: object;
  readonly db: Level;
  readonly tableDb: TableStore;
  getTable(name: string, checkStatus: boolean | Callback<TableDescription>, callback?: Callback<TableDescription>): void;
  getItemDb(table: string): ItemStore;
  getIndexDb(type: string, table: string, index: string): ItemStore;
}

export interface Operation {
  readonly types: Readonly<Record<string, unknown>>;
  readonly custom?: (input: Input, store: Store) => string | undefined;
  readonly run: (store: Store, input: Input, callback: Callback<Input>) => void;
}

interface Database {
  create(options: { readonly path?: string; readonly createTableMs: number }): Store;
  createKey(item: Item, table: TableDescription): string;
}

interface Validations {
  checkTypes(input: Input, types: Operation["types"]): Input;
  checkValidations(input: Input, types: Operation["types"], custom: Operation["custom"], store: Store): void;
}

const require = createRequire(import.meta.url);

export const database: Database = require("dynalite/db");
const validations: Validations = require("dynalite/validations");

/** Loads an operation by its name in camel case, which is the name of its file. */
export function loadOperation(name: string): Operation {
  return { ...require(`dynalite/validations/${name}`), run: require(`dynalite/actions/${name}`) };
}

/**
 * Checks an operation's input and parses its expressions.
 *
 * @throws dynalite's own error, with `statusCode` and `body`.
 */
export function checkInput(operation: Operation, input: Input, store: Store): Input {
  const checked = validations.checkTypes({ ...input }, operation.types);
  validations.checkValidations(checked, operation.types, operation.custom, store);
  return checked;
}
