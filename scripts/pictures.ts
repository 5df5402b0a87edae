import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { Page } from "playwright-core";
import { openBrowser } from "../tests/support/browser.ts";

/** `npm run pictures`: takes the pictures of docs/console.md from a runtime that runs: a scan that was read, and a stage that failed. */
const { values } = parseArgs({ options: { url: { type: "string", default: "http://127.0.0.1:3000" } } });
const samples = join(import.meta.dirname, "../docs/samples");
const folder = join(import.meta.dirname, "../docs/pictures");
const texts = ["AWS Lambda is a great serverless compute service", "The delivery was late, but the staff were kind"];

mkdirSync(folder, { recursive: true });
const browser = await openBrowser();
try {
  const page = await browser.newPage({ viewport: { width: 1_440, height: 820 } });
  await page.goto(`${values.url}/console`);
  for (const text of texts) await submitText(page, text);
  await page.locator("input[type=file]").setInputFiles(join(samples, "two-column-scan.png"));
  await page.locator("h1", { hasText: "two-column-scan.png" }).waitFor();
  await page.locator(".pill", { hasText: "DONE" }).waitFor();
  await page.getByRole("tab", { name: "Document" }).click();
  await page.getByAltText("The document as it was sent").waitFor();
  await page.locator("pre", { hasText: "Gull Point" }).waitFor();
  await take(page, "document", ["light"]);

  const failing = [{ target: `function ${await functionName(page)}`, kind: "fail", error: "StageFailed", calls: 2 }];
  await page.request.put(`${values.url}/console/api/faults`, { data: failing });
  await page.getByRole("button", { name: "Run again" }).click();
  await page.locator(".pill", { hasText: "ERROR" }).waitFor();
  await page.locator(".faults-on").waitFor({ state: "detached" });
  await take(page, "console", ["light", "dark"]);
} finally {
  await browser.close();
}

async function submitText(page: Page, text: string): Promise<void> {
  await page.getByLabel("Text of a new job").fill(text);
  await page.keyboard.press("Enter");
  await page.locator("h1", { hasText: text }).waitFor();
  await page.locator(".pill", { hasText: "DONE" }).waitFor();
}

async function functionName(page: Page): Promise<string> {
  const { functions } = await (await page.request.get(`${values.url}/console/api/stack`)).json();
  return functions.map(({ name }: { name: string }) => name).find((name: string) => name.endsWith("-search"));
}

async function take(page: Page, name: string, colorSchemes: readonly ("light" | "dark")[]): Promise<void> {
  for (const colorScheme of colorSchemes) {
    await page.emulateMedia({ colorScheme });
    await page.screenshot({ path: join(folder, `${name}-${colorScheme}.png`), animations: "disabled" });
  }
}
