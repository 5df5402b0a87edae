import { expect, test } from "vitest";
import { openApiRoute } from "../../../../functions/api/openapi/openapi-document.ts";
import { httpEvent } from "../../../support/http-event.ts";

test("the description is answered with a tag, and with 304 to a client that has it", async () => {
  const route = openApiRoute({ authentication: "none", search: false });

  const first = await route(httpEvent({}));
  const etag = String(first.headers?.["etag"]);
  const again = await route(httpEvent({ headers: { "If-None-Match": etag } }));
  const other = await openApiRoute({ authentication: "jwt", search: false })(httpEvent({ headers: { "If-None-Match": etag } }));

  expect(JSON.parse(String(first.body))).toMatchObject({ openapi: "3.1.0", info: { title: "async-text-processing" } });
  expect(again).toEqual({ statusCode: 304, headers: { etag } });
  expect(other.statusCode).toBe(200);
});
