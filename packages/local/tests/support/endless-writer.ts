// Writes until it is killed, and prints each id once its write is acknowledged.
import { systemClock } from "../../clock.ts";
import { DynamoEngine } from "../../dynamodb/dynamo-engine.ts";

const [, , folder = "", table = ""] = process.argv;
const engine = await DynamoEngine.open({ folder, clock: systemClock });
await engine.createTable(JSON.parse(table));
for (let index = 0; ; index++) {
  const jobId = `job-${index}`;
  await engine.execute("PutItem", { TableName: "jobs", Item: { jobId: { S: jobId }, openShard: { S: "0" }, dueAt: { N: "1" } } });
  process.stdout.write(`${jobId}\n`);
}
