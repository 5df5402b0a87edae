import { type Runtime, type StartedStack, systemClock } from "@async-text-processing/local";
import { Console } from "@async-text-processing/local/console";
import type { Browser, Page } from "playwright-core";
import { openBrowser } from "./browser.ts";

interface Look {
  readonly width?: number;
  readonly colorScheme?: "light" | "dark";
}

export const json = { "content-type": "application/json" };

/** The name of a function in the console's faults. */
export const functionName = (name: string) => `function async-text-processing-dev-${name}`;

/** A runtime's console in Chromium. */
export class ConsolePages {
  /** Errors of pages and of the console, refused requests and requests to other servers: a test that leaves any fails. */
  readonly faults: unknown[] = [];
  /** The runtime has to be started with it. */
  readonly onStart = (stack: StartedStack): void => {
    const onFault = (error: unknown) => this.faults.push(error);
    Console.open(stack, { stackName: "dev", settings: {}, now: systemClock.now, onFault });
  };
  readonly #browser: Browser;
  #page: Promise<Page> | undefined;
  #runtime: Pick<Runtime, "apiUrl"> = { apiUrl: "" };

  private constructor(browser: Browser) {
    this.#browser = browser;
  }

  /** @param start starts the runtime. */
  static async open<Started extends Pick<Runtime, "apiUrl">>(start: (pages: ConsolePages) => Promise<Started>) {
    const pages = new ConsolePages(await openBrowser());
    const runtime = await start(pages);
    pages.#runtime = runtime;
    return { pages, runtime };
  }

  url(path: string): string {
    return `${this.#runtime.apiUrl}/console${path}`;
  }

  newPage(): Promise<Page> {
    return this.#browser.newPage();
  }

  /** Opens an address of the console. One page for all tests: a process of the browser for each would take most of their time. */
  async open(path: string, { width = 1600, colorScheme = "light" }: Look = {}): Promise<Page> {
    this.#page ??= this.#watchedPage();
    const page = await this.#page;
    await page.setViewportSize({ width, height: 900 });
    await page.emulateMedia({ colorScheme });
    await page.goto(this.url(path));
    await page.getByText("live", { exact: true }).waitFor();
    return page;
  }

  async #watchedPage(): Promise<Page> {
    const page = await this.newPage();
    const { apiUrl } = this.#runtime;
    page.on("pageerror", (error) => this.faults.push(error));
    page.on("console", (message) => message.type() === "error" && this.faults.push(message.text()));
    const isOwn = (url: string) => url.startsWith(apiUrl) || /^(data|chrome|chrome-extension):/.test(url); // the browser shows a PDF by pages of its own
    page.on("request", (sent) => !isOwn(sent.url()) && this.faults.push(sent.url()));
    return page;
  }

  async setFaults(list: readonly object[]): Promise<void> {
    await fetch(this.url("/api/faults"), { method: "PUT", headers: json, body: JSON.stringify(list) });
  }

  /** After each test. */
  async reset(): Promise<void> {
    await (await this.#page)?.goto("about:blank");
    await this.setFaults([]);
  }

  async close(): Promise<void> {
    await this.#browser.close();
  }
}
