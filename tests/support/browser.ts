import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { type Browser, chromium } from "playwright-core";

const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

const switches = [
  ...["headless", "no-sandbox", "disable-gpu", "disable-quic", "no-first-run", "disable-background-networking"],
  ...["disable-component-update", "disable-sync"],
].map((name) => `--${name}`);

/** @throws Error that says what to install where there is no browser. */
export function openBrowser(): Promise<Browser> {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  const found = folders.flatMap((folder) => names.map((name) => join(folder, name))).find(isExecutable);
  if (found === undefined)
    throw new Error("The console's tests need Chromium on the PATH: apt-get install chromium, or brew install chromium.");
  return chromium.launch({ executablePath: found, args: switches });
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
