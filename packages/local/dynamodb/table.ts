import { arn } from "../aws.ts";
import { repeat } from "../deadline.ts";
import type { Properties, ResourceType } from "../service.ts";
import type { DynamoEngine } from "./dynamo-engine.ts";

interface Index {
  readonly name: string;
  readonly hashKey: string;
  readonly rangeKey?: string;
  readonly projectionType: string;
  readonly nonKeyAttributes?: readonly string[];
}

/** How often expired items are looked for. AWS says "within a few days"; what reads them must not count on either. */
const timeToLiveIntervalMilliseconds = 60 * 60 * 1_000;

export const table: ResourceType<DynamoEngine> = {
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
    return repeat(stack, timeToLiveIntervalMilliseconds, () => engine.deleteExpired());
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

function indexDeclaration({ name, hashKey, rangeKey, projectionType, nonKeyAttributes }: Index) {
  const Projection = { ProjectionType: projectionType, ...(nonKeyAttributes && { NonKeyAttributes: nonKeyAttributes }) };
  return { IndexName: name, KeySchema: keySchema(hashKey, rangeKey), Projection };
}

function keySchema(hashKey: string, rangeKey: string | undefined) {
  const hash = { AttributeName: hashKey, KeyType: "HASH" };
  return rangeKey === undefined ? [hash] : [hash, { AttributeName: rangeKey, KeyType: "RANGE" }];
}
