import { AwsError } from "../aws.ts";
import { itemBytes, readUnits } from "./capacity.ts";
import { checkInput, type Input, type Item, loadOperation, type Operation, type Store, type TableDescription } from "./dynalite.ts";
import { StoreView } from "./store-view.ts";

const reads = ["GetItem", "Query", "Scan", "BatchGetItem"];
const isRead = (operation: Operation): boolean => reads.some((name) => operations.get(name) === operation);

const conditionCheckFailure = { ReturnValuesOnConditionCheckFailure: { type: "String", enum: ["ALL_OLD", "NONE"] } };

export const createTable = loadOperation("createTable");

/** The operations that dynalite runs. */
export const operations: ReadonlyMap<string, Operation> = new Map([
  ["BatchGetItem", loadOperation("batchGetItem")],
  ["BatchWriteItem", loadOperation("batchWriteItem")],
  ["DeleteItem", taking(conditionCheckFailure, loadOperation("deleteItem"))],
  ["GetItem", loadOperation("getItem")],
  ["PutItem", taking(conditionCheckFailure, loadOperation("putItem"))],
  ["Query", loadOperation("query")],
  ["Scan", loadOperation("scan")],
  ["UpdateItem", taking(conditionCheckFailure, loadOperation("updateItem"))],
]);

function taking(members: Operation["types"], operation: Operation): Operation {
  return { ...operation, types: { ...operation.types, ...members } };
}

/** Records the capacity units that a call consumes. */
export type Consume = (readUnits: number, writeUnits: number) => void;

/** @throws {@link AwsError} as DynamoDB would answer it. */
export async function runOperation(
  operation: Operation,
  input: Input,
  store: Store,
  tables: ReadonlyMap<string, TableDescription>,
  consume?: Consume,
): Promise<Input> {
  const { promise, resolve, reject } = Promise.withResolvers<Input>();
  const countsUnits = consume !== undefined || Boolean(input["ReturnConsumedCapacity"]);
  const view = new StoreView(store, { tables, input, countsUnits, fail: reject });
  try {
    refuseUnknownMembers(operation, input);
    operation.run(view, checkInput(operation, input, view), (error, result) => (error ? reject(error) : resolve(result ?? {})));
    const output = await promise;
    if (isRead(operation)) consume?.(readUnitsOf(input, output), 0);
    else consume?.(0, Math.max(1, sum([...view.writeUnits.values()]))); // also for what was not there to be deleted
    return withWriteUnits(output, view.writeUnits);
  } catch (error) {
    throw asAwsError(error, input["ReturnValuesOnConditionCheckFailure"] === "ALL_OLD" ? view.itemBefore : undefined);
  }
}

/** A batch is billed by the item, and is consistent by the table; any other read by all that it finds, also one that finds nothing. */
function readUnitsOf({ ConsistentRead, RequestItems }: Input, { Item: item, Items: items = [], Responses: tables }: Input): number {
  if (tables === undefined) return readUnits(sum([item ?? [], items].flat().map((one) => itemBytes(one as Item))), ConsistentRead === true);
  const requests = RequestItems as Readonly<Record<string, Input>>;
  return sum(
    Object.entries(tables as Readonly<Record<string, Item[]>>).flatMap(([table, found]) =>
      found.map((one) => readUnits(itemBytes(one), requests[table]?.["ConsistentRead"] === true)),
    ),
  );
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

// dynalite drops what it does not know, so a member that AWS would honour would do nothing here, in silence.
function refuseUnknownMembers({ types }: Operation, input: Input): void {
  const unknown = Object.keys(input).find((member) => input[member] != null && !Object.hasOwn(types, member));
  if (unknown !== undefined) throw new AwsError("ValidationException", `The local DynamoDB does not simulate ${unknown}.`);
}

// dynalite counts characters where DynamoDB counts bytes.
function withWriteUnits(result: Input, writeUnits: ReadonlyMap<string, number>): Input {
  const consumed = result["ConsumedCapacity"];
  if (consumed === undefined || writeUnits.size === 0) return result;
  const corrected = [...writeUnits].map(([TableName, CapacityUnits]) => ({ TableName, CapacityUnits }));
  return { ...result, ConsumedCapacity: Array.isArray(consumed) ? corrected : corrected[0] };
}

function asAwsError(error: unknown, itemBefore: Item | undefined): unknown {
  const { statusCode, body } = error as { statusCode?: number; body?: Record<string, string> };
  if (statusCode === undefined || body?.["__type"] === undefined) return error;
  const name = body["__type"].replace(/^.*#/, "");
  const members = name === "ConditionalCheckFailedException" && itemBefore ? { Item: itemBefore } : {};
  return new AwsError(name, body["message"] ?? body["Message"] ?? "", statusCode, members);
}
