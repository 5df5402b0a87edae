import { existsSync, globSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { expect, test } from "vitest";
import { projectFolder } from "../support/evaluated-program.ts";
import { pages, pagesWithTests, textOf } from "./documentation.ts";

const { scripts } = JSON.parse(readFileSync(join(projectFolder, "package.json"), "utf8")) as { scripts: Record<string, string> };
const exclude = ["node_modules/**", ".git/**", ".build/**", ".local/**"];
const files = globSync(["*", ".*", "**/*.*"], { cwd: projectFolder, exclude });
const fileNames = new Set(files.map((file) => basename(file)));

/** Files that a page lets the reader write. */
const readersOwn = [
  ...["trust-up.json", "trust-preview.json", "functions/summary.ts", "functions/mean-length.ts"],
  ...["functions/stages/summary/stage.ts", "functions/stages/summary/run.ts", "tests/functions/stages/summary/run.test.ts"],
];

const all = (text: string, pattern: RegExp): string[] => [...text.matchAll(pattern)].map(([, found = ""]) => found);

/** As GitHub makes an anchor of a heading. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
    .replaceAll(" ", "-");

function leadsSomewhere(page: string, link: string): boolean {
  const [path = "", anchor] = link.split("#");
  const target = path === "" ? page : join(dirname(page), path);
  if (!existsSync(join(projectFolder, target))) return false;
  return anchor === undefined || all(textOf(target), /^#+ (.+)$/gm).some((heading) => anchorOf(heading) === anchor);
}

/** Whether a piece of code names a file: by a path that begins in the project, or by its name alone. */
function namesFile(code: string): boolean {
  if (!/^[\w./\\-]+$/.test(code) || code.startsWith("/") || readersOwn.includes(code)) return false;
  return /\.(?:ts|mjs|json|ya?ml|md|sh|ps1)$/.test(code) || (code.includes("/") && files.includes(code.split("/")[0] ?? ""));
}

/** A page of a package names its files as they stand in the package. */
const isFile = (page: string, code: string): boolean =>
  fileNames.has(code) || ["", dirname(page)].some((folder) => existsSync(join(projectFolder, folder, code.replaceAll("\\", "/"))));

/** Whether what reads a script's options names this one. */
function knows(script: string, option: string): boolean {
  const folders = ["scripts", "packages/lab"].flatMap((folder) => [`${folder}/${script}.ts`, `${folder}/${script}/*.ts`]);
  const sources = script === "start" ? ["packages/local/options.ts"] : folders;
  const parser = globSync(sources, { cwd: projectFolder }).map(textOf).join("\n");
  return new RegExp(`"${option}"|\\b${option}: \\{ type:`).test(parser);
}

/** What a text of a page names that is not there. */
function missingIn(page: string, text: string) {
  const links = all(text, /\]\(([^)\s]+)\)/g).filter((link) => !/^https?:/.test(link));
  const calls = [...text.matchAll(/\bnpm (?:run ([\w-]+)|(start|test)\b)(?: -- ([^`\n]*))?/g)];
  const optionsAlone = all(text, /`--([a-z-]+)[^`]*`/g);
  return {
    links: links.filter((link) => !leadsSomewhere(page, link)),
    scripts: calls.filter(([, run, short = ""]) => !((run ?? short) in scripts)).map(([call]) => call),
    options: [
      ...calls.flatMap(([call, script = "start", , options = ""]) =>
        all(options, /(?<=^| )--([a-z-]+)/g).flatMap((option) => (knows(script, option) ? [] : [call])),
      ),
      ...optionsAlone.filter((option) => !Object.keys(scripts).some((script) => knows(script, option))),
    ],
    files: all(text, /`([^`\n]+)`/g).filter((code) => namesFile(code) && !isFile(page, code)),
  };
}

const allPages = [...pages, ...pagesWithTests, ...globSync("docs/decisions/*.md", { cwd: projectFolder })];

test.each(allPages)("what %s names is there: links, scripts and their options, files", (page) => {
  expect(missingIn(page, textOf(page))).toEqual({ links: [], scripts: [], options: [], files: [] });
});

test("what is not there is found", () => {
  const text = `[a](nowhere.md) [b](api.md#nowhere) [c](api.md#what-post-jobs-takes) [d](#nowhere) [e](../README.md)
    \`npm run nothing\` \`npm run job -- --colour\` \`npm start -- --port 1 --colour\` \`npm run deploy -- --no-smoke\` \`--shape\` \`--url\`
    \`docs/nowhere\` \`nowhere.ts\` \`scripts\\nowhere.ps1\` \`scripts\\deploy.ps1\` \`registry.ts\` \`docs/decisions/\` \`text/plain\``;

  expect(missingIn("docs/api.md", text)).toEqual({
    links: ["nowhere.md", "api.md#nowhere", "#nowhere"],
    scripts: ["npm run nothing"],
    options: ["npm run job -- --colour", "npm start -- --port 1 --colour", "shape"],
    files: ["docs/nowhere", "nowhere.ts", "scripts\\nowhere.ps1"],
  });
});
