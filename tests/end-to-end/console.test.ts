import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { Runtime } from "@async-text-processing/local";
import axe from "axe-core";
import pMap from "p-map";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { ConsolePages, functionName, json } from "../support/console-pages.ts";
import { startLocalRuntime } from "../support/local-runtime.ts";
import { pagePng } from "../support/page-picture.ts";

let runtime: Runtime;
let pages: ConsolePages;
beforeAll(async () => {
  ({ pages, runtime } = await ConsolePages.open(({ onStart }) => startLocalRuntime({ onStart })));
}, 300_000);
afterEach(() => pages.reset());
afterAll(async () => {
  await pages?.close();
  await runtime?.stop();
  expect(pages?.faults).toEqual([]);
});

async function submitted(text: string): Promise<string> {
  const answer = await fetch(`${runtime.apiUrl}/jobs`, { method: "POST", headers: json, body: JSON.stringify({ text }) });
  return ((await answer.json()) as { jobId: string }).jobId;
}

test("a text that is typed becomes a job, whose states turn green while one looks", async () => {
  const page = await pages.open("/");

  await page.keyboard.press("n");
  await page.keyboard.type("The delivery was late, but the staff were kind");
  await page.keyboard.press("Enter");

  await page.locator(".pill", { hasText: "DONE" }).waitFor();
  for (const state of ["OCR", "MLInference", "Search"])
    await page.getByRole("button", { name: new RegExp(`^${state} .*\\(Task, succeeded\\)`) }).waitFor();
  expect(await page.locator("h1").innerText()).toBe("The delivery was late, but the staff were kind");
  expect(page.url()).toMatch(/\/console\/jobs\/[\da-f-]{36}$/);
  expect(await page.locator(".row[aria-current]").innerText()).toContain("POSITIVE");
});

test("a file that is dropped is submitted under its name, and shown beside the text that was read", async () => {
  const page = await pages.open("/");

  await page
    .locator("input[type=file]")
    .setInputFiles({ name: "note.txt", mimeType: "text/plain", buffer: Buffer.from("A note of glaciers") });

  await page.locator("h1", { hasText: "note.txt" }).waitFor();
  await page.getByRole("tab", { name: "Document" }).click();
  await page.locator("pre", { hasText: "A note of glaciers" }).waitFor();
});

describe("a job that has failed", () => {
  test("opens at the state that failed, with its error, its attempts and the log of the attempt", async () => {
    const jobId = await failedJob([{ target: functionName("ml-inference"), kind: "fail", error: "StageFailed" }]);

    const page = await pages.open(`/jobs/${jobId}`);

    await page.getByRole("tab", { name: "MLInference", selected: true }).waitFor();
    await page.locator(".error-note", { hasText: "StageFailed" }).waitFor();
    await page.getByRole("rowheader", { name: /^attempt 2 · StageFailed/ }).waitFor();
    await page.getByRole("button", { name: /^MLInference .*\(Task, caught\)/ }).waitFor();
    expect(await page.locator(".row .detail.bad").first().innerText()).toContain("StageFailed");
    expect(await page.locator(".faults-on").innerText()).toContain("A fault is switched on");
  });

  test.each([
    ["is throttled", { target: "ocr", kind: "throttle", calls: 9 }, "StageThrottled"],
    ["runs out of memory", { target: "ocr", kind: "out-of-memory" }, "StageCrashed"],
  ])("where a function %s says so in the list", async (_, { target, ...fault }, code) => {
    const jobId = await failedJob([{ ...fault, target: functionName(target) }]);

    const page = await pages.open(`/jobs/${jobId}`);

    await page.locator(".reason", { hasText: code }).waitFor();
    await page.locator(".row[aria-current]", { hasText: code }).waitFor();
  });

  test("is submitted again, and then succeeds", async () => {
    const jobId = await failedJob([{ target: functionName("search"), kind: "fail", error: "StageFailed" }]);
    const page = await pages.open(`/jobs/${jobId}`);
    await pages.setFaults([]);

    await page.getByRole("button", { name: "Run again" }).click();

    await page.locator(".pill", { hasText: "DONE" }).waitFor();
    expect(page.url()).not.toContain(jobId);
  });

  async function failedJob(list: readonly object[]): Promise<string> {
    await pages.setFaults(list);
    const jobId = await submitted("This one will fail");
    await expect
      .poll(async () => (await fetch(`${runtime.apiUrl}/jobs/${jobId}`)).json(), { timeout: 60_000 })
      .toMatchObject({ status: "ERROR" });
    return jobId;
  }
});

test("an execution that runs twice is shown beside itself", async () => {
  await pages.setFaults([{ target: "executions", kind: "duplicate" }]);
  const page = await pages.open(`/jobs/${await submitted("Twice")}`);

  await page.getByRole("button", { name: /^Execution 2/ }).waitFor();
});

test("the record, its writes, the events and the cost are there", async () => {
  const page = await pages.open(`/jobs/${await submitted("AWS Lambda is a great serverless compute service")}`);
  await page.locator(".pill", { hasText: "DONE" }).waitFor();

  await page.getByRole("tab", { name: /^Record/ }).click();
  await page.locator(".writes", { hasText: "result.search" }).waitFor();
  await page.getByRole("tab", { name: /^Events/ }).click();
  await page.getByRole("cell", { name: "ExecutionSucceeded" }).waitFor();
  await page.getByRole("tab", { name: /^Log/ }).click();
  await page.locator(".log", { hasText: "Stage complete" }).waitFor();
  await page.getByRole("tab", { name: "Usage and cost" }).click();
  await page.getByRole("row", { name: /^Invocations of functions 3/ }).waitFor();
  await page.reload();
  await page.getByRole("row", { name: /^On AWS, a million like it \$\d+/ }).waitFor();
});

test("nothing of a document runs or turns the page around, wherever it is shown", async () => {
  const hostile = `<img src=x onerror="document.title='run'"><script>document.title='run'</script>\u202e\u0007${"long".repeat(3_000)}`;
  const page = await pages.open(`/jobs/${await submitted(hostile)}`);
  await page.locator(".pill", { hasText: "DONE" }).waitFor();

  for (const tab of [/^Record/, /^Events/, /^Log/, "Document"]) {
    await page.getByRole("tab", { name: tab }).click();
    await page.locator("#tab-panel").innerText();
  }

  expect(await page.title()).toBe("Console");
  expect(await page.locator("#app img[src=x]").count()).toBe(0);
  expect(await page.evaluate("document.documentElement.scrollWidth <= innerWidth")).toBe(true);
});

test("the list is filtered by words and status, and walked through by the keyboard", async () => {
  const [one, two] = [await submitted("zebra one"), await submitted("zebra two")];
  const page = await pages.open(`/jobs/${one}`);
  await page.locator(".row", { hasText: "zebra two" }).waitFor();

  await page.keyboard.press("/");
  await page.keyboard.type("zebra");
  await page.keyboard.press("Escape");
  await page.locator(".list").focus();
  await page.keyboard.press("ArrowUp");

  expect(await page.locator(".row").count()).toBe(2);
  await page.waitForURL(`**/jobs/${two}`);
  await page.getByRole("button", { name: /^Error/ }).click();
  await page.getByText("No job matches.").waitFor();
});

test("a fault is switched on and off by hand", async () => {
  const page = await pages.open("/faults");
  const row = page.getByRole("row", { name: /^Function ocr / });

  await row.getByRole("combobox").selectOption("slow");
  await row.getByRole("button", { name: "Switch on" }).click();
  await page.locator(".faults-on").waitFor();
  await row.getByRole("button", { name: /^slow/ }).click();
  await page.locator(".faults-on").waitFor({ state: "detached" });

  expect(await (await fetch(pages.url("/api/faults"))).json()).toEqual([]);
});

test("the stack's functions, roles and resources are listed", async () => {
  const page = await pages.open("/stack");

  await page
    .getByRole("row", { name: /async-text-processing-dev-ocr/ })
    .first()
    .waitFor();
  await page.getByRole("row", { name: /aws:sfn\/stateMachine:StateMachine/ }).waitFor();
});

test("a deleted job leaves the list", async () => {
  const page = await pages.open(`/jobs/${await submitted("To be deleted")}`);
  await page.locator(".pill", { hasText: "DONE" }).waitFor();

  await page.getByRole("button", { name: "Delete" }).click();

  await page.locator(".row", { hasText: "To be deleted" }).waitFor({ state: "detached" });
});

test.each([
  ["/jobs", 1600, "light"],
  ["/jobs", 360, "dark"],
  ["/faults", 1600, "dark"],
  ["/faults", 360, "light"],
  ["/stack", 1600, "light"],
  ["/stack", 360, "dark"],
] as const)("axe finds nothing on %s at %i px, %s", async (path, width, colorScheme) => {
  const jobId = path === "/jobs" ? `/${await submitted("Looked at by axe")}` : "";
  const page = await pages.open(`${path}${jobId}`, { width, colorScheme });
  if (path === "/jobs") await page.locator(".pill", { hasText: "DONE" }).waitFor();
  else await page.getByRole("row").nth(3).waitFor();
  await page.evaluate(axe.source);

  const { violations } = await page.evaluate(() => (globalThis as unknown as { axe: typeof axe }).axe.run());

  expect(
    violations
      .map(({ id, nodes }) => `${id}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`).join("; ")}`)
      .join("\n"),
  ).toBe("");
  expect(await page.evaluate("document.documentElement.scrollWidth <= innerWidth")).toBe(true);
});

test("a runtime that is started again is found again, with the jobs that it had", async () => {
  const dataFolder = mkdtempSync(join(tmpdir(), "console-"));
  const first = await startLocalRuntime({ onStart: pages.onStart, dataFolder });
  const page = await pages.newPage();
  await page.goto(`${first.apiUrl}/console`);
  await page.getByLabel("Text of a new job").fill("Still here after the restart");
  await page.keyboard.press("Enter");
  await page.locator(".pill", { hasText: "DONE" }).waitFor();

  await first.stop();
  await page.getByText("reconnecting", { exact: true }).waitFor();
  await page.locator(".pill", { hasText: "DONE" }).waitFor(); // what was read stays
  const second = await startLocalRuntime({ onStart: pages.onStart, dataFolder, port: Number(new URL(first.apiUrl).port) });

  await page.getByText("live", { exact: true }).waitFor();
  await page.locator(".row", { hasText: "Still here after the restart" }).waitFor();
  await page.getByText("Its executions are not known").waitFor();
  await page.close();
  await second.stop();
  rmSync(dataFolder, { recursive: true });
});

test("many jobs that are submitted while one looks all end in the list as they ended in the table", async () => {
  const page = await pages.open("/");
  const count = Number(process.env["CONSOLE_JOBS"] ?? 40);

  const texts = Array.from({ length: count }, (_, at) => `crowd ${at}`);
  const ids = await pMap(texts, submitted, { concurrency: 25 });

  await page.getByLabel("Search in the list").fill("crowd");
  await page.getByLabel(`${count} jobs, newest first`).waitFor();
  await page.locator(".list").evaluate((list) => list.scrollTo(0, list.scrollHeight));
  await expect.poll(async () => (await jobsOf(ids)).filter(({ status }) => status !== "DONE"), { timeout: 300_000 }).toEqual([]);
  await page.getByRole("button", { name: "Running 0", exact: true }).waitFor();
  expect(await page.locator(".row .dot.done").count()).toBe(await page.locator(".row").count());
}, 400_000);

async function jobsOf(ids: readonly string[]): Promise<readonly { jobId: string; status: string }[]> {
  const jobs = (await (await fetch(pages.url("/api/jobs"))).json()) as { jobId: string; status: string }[];
  return jobs.filter(({ jobId }) => ids.includes(jobId));
}

test("the tour: a scan is read, a stage is broken, the retry and the error are seen, and then it is read again", async () => {
  const page = await pages.open("/");
  const buffer = await pagePng(["The lighthouse was dark."], { scale: 1 });
  await page.locator("input[type=file]").setInputFiles({ name: "scan.png", mimeType: "image/png", buffer });
  await page.locator(".pill", { hasText: "DONE" }).waitFor();
  await page.getByRole("tab", { name: "Document" }).click();
  await page.getByAltText("The document as it was sent").waitFor();
  await page.locator("pre", { hasText: "lighthouse" }).waitFor();

  await page.getByRole("link", { name: "Faults" }).click();
  const search = page.getByRole("row", { name: /^Function search / });
  await search.getByLabel("Error of Function search").fill("StageFailed");
  await search.getByRole("button", { name: "Switch on" }).click();
  await page.locator(".faults-on").waitFor();
  await page.goBack();
  await page.getByRole("button", { name: "Run again" }).click();
  await page.locator(".pill", { hasText: "ERROR" }).waitFor();
  await page.getByRole("tab", { name: "Search", selected: true }).waitFor();
  await page.getByRole("rowheader", { name: /^attempt 2 · StageFailed/ }).waitFor();

  await page.getByRole("link", { name: "A fault is switched on" }).click();
  await page.getByRole("button", { name: "Switch all off" }).click();
  await page.locator(".faults-on").waitFor({ state: "detached" });
  await page.goBack();
  await page.getByRole("button", { name: "Run again" }).click();
  await page.locator(".pill", { hasText: "DONE" }).waitFor();
});

test.each([
  ["GET", "/api/nothing", 404],
  ["GET", "/nothing", 404],
  ["GET", "/jobs/a/b", 404],
  ["GET", "/%zz", 400],
  ["GET", "/api/jobs/none", 404],
  ["GET", "/api/jobs/none/document", 404],
  ["POST", "/api/jobs/none/runs", 404],
  ["PUT", "/api/jobs/none/name", 404, '{"name":"a"}'],
  ["PUT", "/api/jobs/none/name", 400, "{}"],
  ["PUT", "/api/faults", 400, "not JSON"],
  ["PUT", "/api/faults", 400, '[{"target":"executions","kind":"explode"}]'],
  ["PUT", "/api/faults", 413, `"${"x".repeat(70_000)}"`],
  ["POST", "/api/jobs", 405],
  ["DELETE", "/jobs", 405],
  ["HEAD", "/api/stream", 200],
  ["HEAD", "/jobs/any", 200],
] as const)("%s %s is answered with %i", async (method, path, status, body?: string) => {
  const answer = await fetch(pages.url(path), { method, ...(body !== undefined && { body }) });
  const text = await answer.text();

  expect(answer.status).toBe(status);
  if (status === 200) expect(text).toBe("");
  else expect(JSON.parse(text)).toEqual({ message: expect.any(String) });
  if (status === 405) expect(answer.headers.get("allow")).toBe("GET, HEAD");
});

test("pages of other origins can neither read the console's API nor switch faults on", async () => {
  const foreign = { ...json, origin: "https://evil.example" };
  const reading = await fetch(pages.url("/api/jobs"), { headers: foreign });
  const writing = await fetch(pages.url("/api/faults"), { method: "PUT", headers: foreign, body: "[]" });

  expect([reading.status, writing.status]).toEqual([403, 403]);
  expect(await reading.json()).toEqual({
    message: "The console does not answer pages of https://evil.example; open it by its own address.",
  });
});

test("a page that is too large is not served: at most 150 KB compressed", async () => {
  const files = await Promise.all(["main.js", "main.css"].map(async (name) => (await fetch(pages.url(`/${name}`))).text()));

  expect(files.reduce((sum, file) => sum + gzipSync(file).length, 0)).toBeLessThan(150_000);
});
