import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openApiDocument } from "../../../functions/api/openapi/openapi-document.ts";
import { problems, refusalOf } from "../../../functions/api/problems.ts";
import { SubmissionError } from "../../../functions/jobs/errors.ts";
import { StageFailedError } from "../../../functions/stages/errors.ts";
import { projectFolder } from "../../support/evaluated-program.ts";

test("docs/api.md lists every code with its status and when it is given, in order", () => {
  const page = readFileSync(join(projectFolder, "docs/api.md"), "utf8");

  const rows = [...page.matchAll(/^\| `(\d{3})` \| `(\w+)` \| (.+) \|$/gm)].map(([, status, code, when]) => [code, Number(status), when]);

  expect(rows).toEqual(Object.entries(problems).map(([code, { status, when }]) => [code, status, when]));
});

test("the description names every code at a call, except for those of paths that it does not have", () => {
  const described = JSON.stringify(openApiDocument({ authentication: "jwt", search: true })["paths"]);

  const missing = Object.keys(problems).filter((code) => !described.includes(`"${code}"`));
  expect(missing).toEqual(["RouteNotFound", "MethodNotAllowed"]);
});

test("an error of a layer below is a refusal where it has a code, and none where it was not foreseen", () => {
  expect(refusalOf(new SubmissionError("UploadChanged", "Changed."))).toMatchObject({ code: "UploadChanged", message: "Changed." });
  expect(refusalOf(new StageFailedError())).toBeUndefined();
  expect(refusalOf(new Error("a secret of the inside"))).toBeUndefined();
});
