import { expect, test } from "vitest";
import { commandsOf, strayCommands } from "./documentation.ts";

const page = `# A page
Run \`npm start\`, or \`A=b curl x \\| sh\`, in PowerShell \`Invoke-RestMethod x\`; \`curl\` alone is no command, \`npmrc x\` neither.

## A section

\`\`\`console
$ curl one
first
line
$ curl two
\`\`\`

\`\`\`sh
url=x
curl $url
\`\`\`

\`\`\`json
{
  "jobId": "j",
  "text": "it's",
  "status": "DONE"
}
\`\`\`
`;

test("commands are found in sentences and in the blocks of a shell, and a record is asked for", () => {
  const found = commandsOf("page.md", page).map(({ place, section, shell, text, answer }) => [place, section, shell, text, answer]);

  expect(found).toEqual([
    ["page.md:2", "A page", "bash", "npm start", undefined],
    ["page.md:2", "A page", "bash", "A=b curl x | sh", undefined],
    ["page.md:2", "A page", "powershell", "Invoke-RestMethod x", undefined],
    ["page.md:6", "A section", "bash", "curl one", "first\nline"],
    ["page.md:6", "A section", "bash", "curl two", undefined],
    ["page.md:13", "A section", "bash", "url=x\ncurl $url", undefined],
    ["page.md:18", "A section", "bash", `curl http://127.0.0.1:3000/jobs -d '{"text": "it'\\''s"}'`, undefined],
    [
      "page.md:18",
      "A section",
      "bash",
      "curl http://127.0.0.1:3000/jobs/j",
      '{\n  "jobId": "j",\n  "text": "it\'s",\n  "status": "DONE"\n}\n',
    ],
  ]);
});

test("JSON that no command gives is refused, except for a policy", () => {
  expect(() => commandsOf("page.md", '\n```json\n{"status": "DONE"}\n```\n')).toThrow("page.md:2 shows JSON that no command gives");
  expect(commandsOf("page.md", '```json\n{"Version": "2012-10-17"}\n```\n')).toEqual([]);
});

test("commands outside the blocks of a shell are found", () => {
  const text = `${page}\n    curl three\n\n\`\`\`\n$ npm run four\nInvoke-RestMethod five\n\`\`\`\n`;

  expect(strayCommands(text)).toEqual(["    curl three", "$ npm run four", "Invoke-RestMethod five"]);
});
