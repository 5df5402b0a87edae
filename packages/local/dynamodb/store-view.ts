import { Stream } from "node:stream";
import { writeUnits } from "./capacity.ts";
import {
  type Callback,
  database,
  type Input,
  type Item,
  type ItemStore,
  type KeyRange,
  type Store,
  type TableDescription,
  type TableStore,
  type Write,
} from "./dynalite.ts";

/** The operation that works on a store. */
export interface StoreCall {
  readonly tables: ReadonlyMap<string, TableDescription>;
  readonly input: Input;
  readonly countsUnits: boolean;
  /** Takes what dynalite throws inside a callback, which would otherwise end the process. */
  readonly fail: (error: unknown) => void;
}

/**
 * The store as one operation sees it. It keeps the item that the condition was checked against, and makes an item and its index entries
 * one atomic write, so that no kill leaves one without the other.
 */
export class StoreView implements Store {
  readonly options: object;
  readonly db: Store["db"];
  readonly tableDb: TableStore;
  /** The item as the operation read it, under its lock. */
  itemBefore: Item | undefined;
  /** Write units by table, where somebody asks for them. */
  readonly writeUnits = new Map<string, number>();
  readonly #store: Store;
  readonly #call: StoreCall;
  readonly #locks = new Set<Callback<unknown>>();
  #indexWrites: Write[] = [];

  constructor(store: Store, call: StoreCall) {
    this.#store = store;
    this.#call = call;
    this.options = store.options;
    this.db = store.db;
    this.tableDb = store.tableDb;
  }

  getTable(name: string, checkStatus: boolean | Callback<TableDescription>, callback?: Callback<TableDescription>): void {
    const table = this.#call.tables.get(name);
    if (table === undefined) this.#store.getTable(name, checkStatus, callback);
    else (typeof checkStatus === "function" ? checkStatus : callback)?.(null, table);
  }

  getItemDb(table: string): ItemStore {
    const prefix = `item-${table}~`;
    return {
      lock: (key, run) => this.#store.getItemDb(table).lock?.(key, (release) => run((callback) => this.#unlocking(release(callback)))),
      get: (key, callback) => this.#settle(this.#read(prefix + key), callback),
      put: (key, value, callback) => this.#commit(table, { type: "put", key: prefix + key, value }, callback),
      del: (key, callback) => this.#commit(table, { type: "del", key: prefix + key }, callback),
      createValueStream: (range) => this.#values(prefix, range),
    };
  }

  getIndexDb(type: string, table: string, index: string): ItemStore {
    const prefix = `index-${type.toLowerCase()}~${table}~${index}~`;
    return {
      put: (key, value, callback) => this.#indexWrite({ type: "put", key: prefix + this.#entryKey(key, table, value), value }, callback),
      del: (key, callback) => this.#indexWrite({ type: "del", key: prefix + this.#entryKey(key, table, this.itemBefore) }, callback),
      createValueStream: (range) => this.#values(prefix, this.#fromEntry(range, table)),
    };
  }

  // A lock that is still held when something throws would hold every later write of its key.
  #unlocking(unlock: Callback<unknown>): Callback<unknown> {
    this.#locks.add(unlock);
    return (error, result) => {
      this.#locks.delete(unlock);
      unlock(error, result);
    };
  }

  // At once: to hand a read to another thread and take it back takes longer than the read.
  async #read(key: string): Promise<Item | undefined> {
    this.itemBefore = this.db.getSync(key);
    return this.itemBefore;
  }

  // dynalite tells entries of equal index keys apart by 24 bits of a hash: among a few thousand, one would overwrite another.
  #entryKey(key: string, tableName: string, item: Item | undefined): string {
    const table = this.#call.tables.get(tableName);
    return item === undefined || table === undefined ? key : `${key}/${database.createKey(item, table)}`;
  }

  #fromEntry(range: KeyRange, table: string): KeyRange {
    const startKey = this.#call.input["ExclusiveStartKey"] as Item | undefined;
    if (startKey === undefined) return range;
    const bound = range.reverse ? "lt" : "gt";
    return { ...range, [bound]: this.#entryKey(range[bound] ?? "", table, startKey) };
  }

  // Called back at once: no other write comes between the read and the commit.
  #indexWrite(write: Write, callback: Callback): void {
    this.#indexWrites.push(write);
    callback();
  }

  #commit(table: string, write: Write, callback: Callback): void {
    const writes = [...this.#indexWrites, write];
    this.#indexWrites = [];
    const description = this.#call.countsUnits ? this.#call.tables.get(table) : undefined;
    if (description !== undefined) {
      const units = writeUnits(this.itemBefore, write.type === "put" ? write.value : undefined, description);
      this.writeUnits.set(table, (this.writeUnits.get(table) ?? 0) + units);
    }
    this.#settle(this.db.batch(writes), callback);
  }

  // Not dynalite's own stream: it never closes the iterator of an operation that stops reading early.
  #values(prefix: string, { gt, gte, lt, lte, ...rest }: KeyRange): ValueStream {
    const from = gt === undefined ? { gte: prefix + (gte ?? "") } : { gt: prefix + gt };
    const to = lte === undefined ? { lt: prefix + (lt ?? "\xff") } : { lte: prefix + lte };
    return new ValueStream(this.db.values({ ...rest, ...from, ...to }), this.#call.fail);
  }

  #settle<T>(work: Promise<T | undefined>, callback: Callback<T>): void {
    work
      .then((value) => callback(null, value), callback)
      .catch((error) => {
        for (const unlock of this.#locks) unlock(error);
        this.#call.fail(error);
      });
  }
}

/** A table store that makes a table ACTIVE in its first write. dynalite does so by a timer, and a kill before it would leave it in CREATING. */
export function activeAtOnce(tableDb: TableStore): TableStore {
  let written = false;
  return {
    ...tableDb,
    put: (key, table, callback) => {
      if (written) return callback();
      written = true;
      const indexes = table.GlobalSecondaryIndexes?.map((index) => ({ ...index, IndexStatus: "ACTIVE" }));
      tableDb.put(key, { ...table, TableStatus: "ACTIVE", ...(indexes && { GlobalSecondaryIndexes: indexes }) }, callback);
    },
  };
}

/**
 * Values as dynalite reads them: `data` for each, then `end`, until it calls `destroy`, as every operation with a Limit does.
 * Not a Readable: what a listener of one throws ends the process. Here it fails the operation.
 */
class ValueStream extends Stream {
  #stopped = false;

  /** @param fail takes what the reading or a listener throws. */
  constructor(values: AsyncIterable<Item>, fail: (error: unknown) => void) {
    super();
    this.#read(values).catch(fail);
  }

  destroy(): void {
    this.#stopped = true;
  }

  async #read(values: AsyncIterable<Item>): Promise<void> {
    for await (const value of values) {
      this.emit("data", value);
      if (this.#stopped) return;
    }
    this.emit("end");
  }
}
