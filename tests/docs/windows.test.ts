import { expect, test } from "vitest";
import { openApiDocument } from "../../functions/api/openapi/openapi-document.ts";
import { commandsOf, type Shell } from "./documentation.ts";
import { isHere } from "./npm-start.ts";

interface Description {
  readonly paths: Record<string, { post?: { requestBody: { content: object } } }>;
  readonly components: { schemas: { JobRecord: { properties: Record<string, { enum?: string[] }> } } };
}

const { paths, components } = openApiDocument({ authentication: "none", search: false }) as unknown as Description;
const record = components.schemas.JobRecord.properties;

const linesFor = (shell: Shell): string =>
  commandsOf("docs/deploying.md")
    .filter((command) => command.section === "Submit and poll" && command.shell === shell)
    .map(({ text }) => text)
    .join("\n");
const [bash, powershell, bat] = [linesFor("bash"), linesFor("powershell"), linesFor("bat").replaceAll('\\"', '"')];

const all = (text: string, pattern: RegExp): string[] => [...text.matchAll(pattern)].map(([, found = ""]) => found);

test(`PowerShell's lines name what the API has${isHere("pwsh") ? "" : " (they are not run: there is no pwsh on the PATH)"}`, () => {
  const addresses = all(powershell, /"\$url([^"]*)"/g).map((path) => path.replace("$($job.jobId)", "{jobId}"));
  const members = all(powershell, /\$job\.(\w+)/g);
  const contentTypes = all(powershell, /-ContentType "([^"]+)"/g);

  expect(addresses).toEqual(["/jobs", "/jobs/{jobId}", "/jobs/{jobId}", "/jobs"]);
  expect(Object.keys(paths)).toEqual(expect.arrayContaining(addresses));
  expect(members).toEqual(["jobId", "jobId", "status"]);
  expect(Object.keys(record)).toEqual(expect.arrayContaining(members));
  expect(contentTypes).toEqual(["application/json", "image/png"]);
  expect(Object.keys(paths["/jobs"]?.post?.requestBody.content ?? {})).toEqual(expect.arrayContaining(contentTypes));
});

test("cmd's lines name what the API has", () => {
  const addresses = all(bat, /%URL%(\S+)/g).map((path) => path.replace(/[\w-]{36}/, "{jobId}"));

  expect(addresses).toEqual(["/jobs", "/jobs/{jobId}"]);
  expect(Object.keys(paths)).toEqual(expect.arrayContaining(addresses));
});

test("each shell submits the same body and waits for the same end", () => {
  const text = '{"text": "AWS Lambda is a great serverless compute service"}';

  expect([all(bash, /-d '([^']+)'/g), all(powershell, /-Body '([^']+)'/g), all(bat, /-d "([^}]+\})"/g)]).toEqual([[text], [text], [text]]);
  expect(all(bash, /"status":"\((\S+)\)"/g)).toEqual(["DONE|ERROR"]);
  expect(all(powershell, /\$job\.status -in ("\w+", "\w+")\)/g)).toEqual(['"DONE", "ERROR"']);
  expect(all(bat, /\/C:"("status":"\w+")"/g)).toEqual(['"status":"DONE"', '"status":"ERROR"']);
  expect(record["status"]?.enum).toEqual(expect.arrayContaining(["DONE", "ERROR"]));
});
