import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { projectFolder } from "../../../tests/support/evaluated-program.ts";
import { coveragePage } from "../coverage.ts";

test("the page says what the code does; npm run coverage-page rewrites it", async () => {
  expect(await coveragePage()).toBe(readFileSync(join(projectFolder, "packages/local/COVERAGE.md"), "utf8"));
});

test.each([
  // a type, an input that is honoured, and one that means nothing here
  /\| `aws:lambda\/function:Function` \| [^|]*`timeout`[^|]* \| [^|]*`architectures`: [^|]+ \|/,
  // a type that means nothing here
  /\| `aws:ec2\/securityGroup:SecurityGroup` \| all addresses are on this machine \|/,
  // operations on either side
  /\| DynamoDB \| [^|]*`UpdateItem`[^|]* \| [^|]*`TransactWriteItems`[^|]* \|/,
  /\| Step Functions \| [^|]*`StartSyncExecution`[^|]* \| [^|]*`CreateStateMachine`[^|]* \|/,
  /`ListExecutions` \(`StateMachineTypeNotSupported`\)/,
  /- States: `Task`, `Pass`, `Wait`, `Choice`, `Succeed`, `Fail`, `Parallel`, `Map`\n/,
  /- Integrations: `arn:aws:states:::lambda:invoke`, [^\n]*`arn:aws:states:::dynamodb:updateItem`/,
  /\$partition/,
  /\| waiting for a task token \| State 'A' has the 'Resource' [^|]+, which waits for a task token, which Express does not do\. \|/,
])("it has %s", async (what) => {
  expect(await coveragePage()).toMatch(what);
});
