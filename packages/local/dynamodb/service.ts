import { arn, type Location } from "../aws.ts";
import { jsonProtocol } from "../aws-json.ts";
import { repeat } from "../deadline.ts";
import type { AccessRequest, Api, Call, Properties, ResourceType, Service } from "../service.ts";
import type { Input } from "./dynalite.ts";
import type { DynamoEngine } from "./dynamo-engine.ts";

interface Index {
  readonly name: string;
  readonly keySchemas?: readonly { readonly attributeName: string; readonly keyType: string }[];
  /** In place of `keySchemas`: the deprecated form. */
  readonly hashKey?: string;
  readonly rangeKey?: string;
  readonly projectionType: string;
  readonly nonKeyAttributes?: readonly string[];
}

/** The interval at which expired items are looked for. AWS says "within a few days"; what reads them must not count on either. */
const timeToLiveIntervalMilliseconds = 60 * 60 * 1_000;

const table: ResourceType<DynamoEngine> = {
  simulated: ["name", "billingMode", "hashKey", "rangeKey", "attributes", "globalSecondaryIndexes", "ttl"],
  withoutLocalMeaning: {
    pointInTimeRecovery: "the files can be copied while npm start is not running",
    deletionProtectionEnabled: "DeleteTable is refused in any case",
  },
  computed: ({ name, inputs }, location) => {
    const tableName = (inputs["name"] as string | undefined) ?? `${name}-local`;
    return { id: tableName, name: tableName, arn: arn(location, "dynamodb", `table/${tableName}`) };
  },
  start: async ({ inputs, outputs }, engine, stack) => {
    await engine.createTable(declarationOf(outputs["name"] as string, inputs));
    return { stop: repeat(stack, timeToLiveIntervalMilliseconds, () => engine.deleteExpired()) };
  },
};

function declarationOf(TableName: string, inputs: Properties) {
  const ttl = inputs["ttl"] as { attributeName: string; enabled: boolean } | undefined;
  const indexes = inputs["globalSecondaryIndexes"] as readonly Index[] | undefined;
  return {
    TableName,
    BillingMode: inputs["billingMode"],
    AttributeDefinitions: (inputs["attributes"] as { name: string; type: string }[]).map(({ name, type }) => ({
      AttributeName: name,
      AttributeType: type,
    })),
    KeySchema: keySchema(inputs["hashKey"] as string, inputs["rangeKey"] as string | undefined),
    ...(indexes && { GlobalSecondaryIndexes: indexes.map(indexDeclaration) }),
    ...(ttl && { TimeToLiveSpecification: { AttributeName: ttl.attributeName, Enabled: ttl.enabled } }),
  };
}

function indexDeclaration({ name, keySchemas, hashKey = "", rangeKey, projectionType, nonKeyAttributes }: Index) {
  const Projection = { ProjectionType: projectionType, ...(nonKeyAttributes && { NonKeyAttributes: nonKeyAttributes }) };
  const keys = keySchemas?.map(({ attributeName, keyType }) => ({ AttributeName: attributeName, KeyType: keyType }));
  return { IndexName: name, KeySchema: keys ?? keySchema(hashKey, rangeKey), Projection };
}

function keySchema(hashKey: string, rangeKey: string | undefined) {
  const hash = { AttributeName: hashKey, KeyType: "HASH" };
  return rangeKey === undefined ? [hash] : [hash, { AttributeName: rangeKey, KeyType: "RANGE" }];
}

/** The files of a LevelDB. */
const levelFiles = /^(CURRENT|LOCK|LOG|LOG\.old|MANIFEST-\d+|\d+\.(ldb|log|sst|dbtmp))$/;

/** DynamoDB: tables in a LevelDB, and the operations on their items. */
export const dynamodb: Service<DynamoEngine> = {
  name: "dynamodb",
  resourceTypes: { "aws:dynamodb/table:Table": table },
  keeps: "tables",
  ownFiles: levelFiles,
  locksDataFolder: true,
  open: async ({ clock, location, onDiskFault, pathOf }) => {
    const { DynamoEngine } = await import("./dynamo-engine.ts");
    const engine = await DynamoEngine.open({ clock, folder: pathOf("tables"), onDiskFault, ...location });
    return { instance: engine, api: dynamodbApi(engine, location), close: () => engine.close() };
  },
};

function dynamodbApi(engine: DynamoEngine, location: Location): Api<Input, Input> {
  return {
    ...jsonProtocol({ target: "DynamoDB_20120810", namespace: "com.amazonaws.dynamodb.v20120810" }),
    permissionsOf: (call) => permissionsOf(call, location),
    run: ({ operation, input }, { consume }) => engine.execute(operation, input, consume),
  };
}

/** An index has an ARN of its own, and a batch needs every table that it names. */
function permissionsOf({ operation, input }: Call<Input>, location: Location): AccessRequest[] {
  const action = `dynamodb:${operation}`;
  const index = input["IndexName"] === undefined ? "" : `/index/${input["IndexName"]}`;
  const permissions = tablesIn(input).map((name) => ({ action, resource: arn(location, "dynamodb", `table/${name}${index}`) }));
  return permissions.length > 0 ? permissions : [{ action, resource: "*" }];
}

/** The tables that a call names. */
function tablesIn({ TableName, RequestItems }: Input): string[] {
  if (typeof TableName === "string") return [TableName];
  return typeof RequestItems === "object" && RequestItems !== null ? Object.keys(RequestItems) : [];
}
