import { cpSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { projectFolder } from "../support/evaluated-program.ts";
import { copyProject } from "../support/local-runtime.ts";
import { pagePng, writtenPage } from "../support/page-picture.ts";
import { learnIds, uuid } from "./answer.ts";
import type { Command } from "./documentation.ts";
import { type Ended, npmStart, run, type Started, type Terminal } from "./npm-start.ts";

/** Follows the pages in a copy of the project: types what they show, with the addresses and ids that it was given. */
export class Reader {
  readonly #project = copyProject();
  readonly #terminal: Terminal = { folder: this.#project.folder, env: { ...process.env } };
  /** The first `npm start`, and the one with values of its own, which holds to the end of its section. */
  #stack: Started | undefined;
  #sectionStack: (Started & { readonly section: string }) | undefined;
  #page = "";
  /** The actual ids by those that this page prints. */
  #ids = new Map<string, string>();
  #jobIds: string[] = [];

  /** A reader before a copy of the project, who has a scan, too. It must leave when done. */
  static async begin(): Promise<Reader> {
    const reader = new Reader();
    const { folder, env } = reader.#terminal;
    for (const part of ["docs", "example.env"]) cpSync(join(projectFolder, part), join(folder, part), { recursive: true });
    writeFileSync(join(folder, "scan.png"), await pagePng(["A fine page."], { scale: 1 }));
    writeFileSync(join(folder, "scan.pdf"), writtenPage(["A fine page."]));
    // A terminal shows no progress of curl; npm's own two lines above a script's say nothing.
    writeFileSync(join(folder, ".curlrc"), "silent\nshow-error\n");
    Object.assign(env, { CURL_HOME: folder, npm_config_loglevel: "silent" });
    return reader;
  }

  async leave(): Promise<void> {
    await this.#sectionStack?.stop();
    await this.#stack?.stop();
    this.#project.remove();
  }

  get stack(): Started {
    const stack = this.#sectionStack ?? this.#stack;
    if (stack === undefined) throw new Error("Nothing has been started yet.");
    return stack;
  }

  /**
   * Types a command, or what `text` has of it, once the job that it asks for is final.
   *
   * @returns how it ended, and what the page says that it prints, with the real addresses and ids.
   */
  async type(command: Command, text: string): Promise<Ended & { readonly answer: string | undefined }> {
    await this.#turnTo(command);
    const ended = text.startsWith("npm start") ? await this.#start(command, text) : await this.#run(command, text);
    this.#learn(command.answer ?? "", ended.output);
    return { ...ended, answer: command.answer && this.#real(command.answer) };
  }

  /** A new page is read with all but `$id` deleted, so that no document of the one before is related to its own. */
  async #turnTo({ page, section }: Command): Promise<void> {
    if (this.#sectionStack?.section !== section) {
      await this.#sectionStack?.stop();
      this.#sectionStack = undefined;
    }
    if (this.#page === page) return;
    const others = this.#jobIds.filter((jobId) => jobId !== this.#jobIds.at(-1));
    for (const jobId of others) await fetch(`${this.#stack?.apiUrl}/jobs/${jobId}`, { method: "DELETE" });
    [this.#page, this.#ids, this.#jobIds] = [page, new Map(), []];
  }

  async #start({ section }: Command, text: string): Promise<Ended> {
    if (this.#stack === undefined) this.#stack = await npmStart(`${text} -- --port 0`, this.#terminal);
    else this.#sectionStack = { ...(await npmStart(`${text} --port 0 --memory`, this.#terminal)), section };
    return { code: 0, output: this.stack.output };
  }

  async #run({ shell }: Command, text: string): Promise<Ended> {
    const typed = this.#real(addressed(text));
    for (const [id = ""] of typed.matchAll(/(?<=\/jobs\/)[\w-]{36}/g)) await this.#final(id);
    this.#terminal.env["url"] = this.stack.apiUrl;
    // The copy shares the project's packages by a link, which npm takes for packages that are missing.
    const folder = text.startsWith("npm ls") ? projectFolder : this.#terminal.folder;
    return run(shell, typed, { ...this.#terminal, folder });
  }

  async #final(jobId: string): Promise<void> {
    for (;;) {
      const answer = await fetch(`${this.stack.apiUrl}/jobs/${jobId}`);
      const { status } = (await answer.json()) as { status: unknown };
      if (status !== "PENDING" && status !== "IN_PROGRESS") return;
      await sleep(50);
    }
  }

  /** Notes the ids of an answer, and what the pages call `$id` and `$URL`. */
  #learn(printed: string, real: string): void {
    learnIds(this.#ids, printed, real);
    this.#jobIds.push(...(real.match(/(?<="jobId": ?")[^"]+/g) ?? []));
    const [uploadUrl = this.#terminal.env["URL"]] = real.match(/(?<="url":")[^"]+/) ?? [];
    Object.assign(this.#terminal.env, { id: this.#jobIds.at(-1) ?? this.#terminal.env["id"], URL: uploadUrl });
  }

  #real(text: string): string {
    return text
      .replaceAll(/http:\/\/127\.0\.0\.1:3000|https:\/\/a1b2c3d4e5\.execute-api\.[\w.-]+|<ApiBaseUrl>/g, this.stack.apiUrl)
      .replaceAll("http://127.0.0.1:3001", this.stack.awsUrl)
      .replaceAll(uuid, (id) => this.#ids.get(id) ?? this.#unshown(id));
  }

  /** An id that is new here is of the last job, where that one's answer was not shown. */
  #unshown(id: string): string {
    const last = this.#jobIds.at(-1);
    if (last === undefined || [...this.#ids.values()].includes(last)) return id;
    this.#ids.set(id, last);
    return last;
  }
}

/** The pages leave the address out where `POST /jobs` is what they speak of, and where `npm run job` finds it by itself. */
function addressed(text: string): string {
  if (/^curl (?!.*(?:http|\$url|\$URL))/.test(text)) return `${text} http://127.0.0.1:3000/jobs`;
  return /^npm run job (?!.*--url)/.test(text) ? `${text} --url http://127.0.0.1:3000` : text;
}
