import { existsSync } from "node:fs";
import { join } from "node:path";
import { DynamoDBClient, ScanCommand } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { projectFolder } from "../support/evaluated-program.ts";
import { expectAnswer } from "./answer.ts";
import { type Command, commandsOf, pages, pagesWithTests, strayCommands, textOf } from "./documentation.ts";
import { notRun } from "./not-run.ts";
import { isHere } from "./npm-start.ts";
import { Reader } from "./reader.ts";

const here = { bash: true, powershell: isHere("pwsh"), bat: false };
const hasAwsCli = isHere("aws");

const commands = pages.flatMap((page) => commandsOf(page));
const partsOf = (text: string) => text.split(/\n+| && /);
const notRunAs = (part: string) => notRun.find(({ begins }) => part.startsWith(begins));

/** A command without the parts that are not run. */
function runnable({ text }: Command): string {
  return partsOf(text)
    .filter((part) => notRunAs(part) === undefined && (hasAwsCli || !/^(?:\w+=\S* )*aws /.test(part)))
    .join("\n");
}

/** `npm start` and the like, of which a sentence speaks and which a block runs. */
const inBlocks = commands.filter(({ isInline }) => !isInline).flatMap(({ text }) => partsOf(text));
/** `npm run generate`, of which many sentences speak, is run once. */
const isFirst = ({ text, isInline }: Command, at: number) => !isInline || commands.findIndex((other) => other.text === text) === at;
const toRun = commands.filter(isFirst).filter(({ text, isInline }) => !(isInline && inBlocks.some((part) => part.startsWith(text))));

/** Must not be in an answer that the page does not show. */
const refused = /"error":|"message":"(?!Job accepted)|<Error>|"status": ?"ERROR"/;

describe("run as they stand, in the pages' order", { timeout: 120_000 }, () => {
  let reader: Reader;
  beforeAll(async () => {
    reader = await Reader.begin();
  });
  afterAll(() => reader.leave());

  for (const command of toRun) {
    const text = runnable(command);
    if (text === "" || !here[command.shell]) continue;
    test(`${command.place} ${text.split("\n")[0]}`, async () => {
      const { code, output, answer } = await reader.type(command, text);

      if (answer === undefined) expect({ code, output }).toEqual({ code: 0, output: expect.not.stringMatching(refused) });
      else expectAnswer(output, answer);
    });
  }

  test("the table that the AWS CLI is to scan is there for any AWS client", async () => {
    const [, TableName] = /aws --endpoint-url \S+ dynamodb scan --table-name (\S+)/.exec(textOf("README.md")) ?? [];
    const credentials = { accessKeyId: "local", secretAccessKey: "local" };
    const client = new DynamoDBClient({ endpoint: reader.stack.awsUrl, region: "us-east-1", credentials });

    const { Items } = await client.send(new ScanCommand({ TableName }));

    expect(Items).not.toEqual([]);
  });
});

test.each(notRun)("$begins… is not run, since $because", ({ begins, instead }) => {
  const shown = commands.filter(({ text }) => partsOf(text).some((part) => part.startsWith(begins)));

  expect(shown).not.toEqual([]);
  expect(instead === undefined || existsSync(join(projectFolder, instead))).toBe(true);
});

test.each(pagesWithTests)("%s is followed by a test of its own", (page) => {
  expect(existsSync(join(projectFolder, "tests", page.replace(/\.md$/, ".test.ts")))).toBe(true);
});

test.each(pages)("%s has no command outside the blocks of a shell", (page) => {
  expect(strayCommands(textOf(page))).toEqual([]);
});
