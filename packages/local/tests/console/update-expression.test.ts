import { GetCommand, PutCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import fc from "fast-check";
import { expect, test } from "vitest";
import { jobs } from "../../../../tests/support/job-table.ts";
import { type Members, updatedMembers, withMembers } from "../../console/update-expression.ts";
import { createLocalAws } from "../../testing/local-aws.ts";

const value = fc.oneof(
  fc.string(),
  fc.integer(),
  fc.boolean(),
  fc.constant(null),
  fc.array(fc.string()),
  fc.dictionary(fc.string(), fc.nat()),
);
const update = fc.record({
  set: fc.dictionary(fc.constantFrom("status", "text", "result.ocr", "result.search"), value, { maxKeys: 3 }),
  add: fc.dictionary(fc.constantFrom("version", "restarts"), fc.integer({ min: -5, max: 5 }), { maxKeys: 2 }),
  remove: fc.uniqueArray(fc.constantFrom("list", "stage", "dueAt"), { maxLength: 2 }),
});

test("a record is followed through any updates as DynamoDB makes them", async () => {
  const aws = await createLocalAws({ tables: [jobs] });
  let followed: Members = {};
  aws.account.observe(({ operation, input }) => {
    if (operation === "UpdateItem") followed = withMembers(followed, updatedMembers(Object(input), followed));
  });
  let count = 0;

  await fc.assert(
    fc.asyncProperty(fc.array(update, { minLength: 1, maxLength: 4 }), async (updates) => {
      const jobId = `job-${count++}`;
      const item = { jobId, status: "PENDING", version: 1, result: {}, list: [1], dueAt: 7 };
      await aws.documents.send(new PutCommand({ TableName: "jobs", Item: item }));
      followed = item;

      for (const each of updates) await aws.documents.send(new UpdateCommand(commandOf(jobId, each)));

      const { Item } = await aws.documents.send(new GetCommand({ TableName: "jobs", Key: { jobId } }));
      expect(followed).toEqual(Item);
    }),
    { numRuns: 60 },
  );
});

interface Update {
  readonly set: Readonly<Record<string, unknown>>;
  readonly add: Readonly<Record<string, number>>;
  readonly remove: readonly string[];
}

function commandOf(jobId: string, { set, add, remove }: Update) {
  const names: Record<string, string> = { "#v": "version" };
  const values: Record<string, unknown> = { ":zero": 0 };
  const nameOf = (path: string) => {
    for (const part of path.split(".")) names[`#${part}`] = part;
    return path.replace(/[^.]+/g, "#$&");
  };
  const placed = (given: unknown) => {
    const name = `:v${Object.keys(values).length}`;
    values[name] = given;
    return name;
  };
  const clauses = [
    ["SET", Object.entries(set).map(([path, to]) => `${nameOf(path)} = ${placed(to)}`)],
    ["ADD", Object.entries(add).map(([path, by]) => `${nameOf(path)} ${placed(by)}`)],
    ["REMOVE", remove.map(nameOf)],
  ] as const;
  const written = clauses.filter(([, parts]) => parts.length > 0).map(([keyword, parts]) => `${keyword} ${parts.join(", ")}`);
  return {
    TableName: "jobs",
    Key: { jobId },
    ...(written.length > 0 && { UpdateExpression: written.join(" ") }),
    ConditionExpression: "#v > :zero OR #v <= :zero",
    ExpressionAttributeNames: names,
    ExpressionAttributeValues: values,
  };
}
