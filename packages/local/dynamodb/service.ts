import { arn, type Location } from "../aws.ts";
import { jsonProtocol } from "../aws-json.ts";
import type { AccessRequest, Api, Call, Service } from "../service.ts";
import type { Input } from "./dynalite.ts";
import type { DynamoEngine } from "./dynamo-engine.ts";
import { table } from "./table.ts";

/** DynamoDB: tables in a LevelDB, and the operations on their items. */
export const dynamodb: Service<DynamoEngine> = {
  name: "dynamodb",
  resourceTypes: { "aws:dynamodb/table:Table": table },
  keeps: "tables",
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
