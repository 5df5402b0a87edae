/** Commands of the pages that no test of the pages runs. */
export interface NotRun {
  /** The beginning of the command. */
  readonly begins: string;
  readonly because: string;
  /** The test that covers it, where there is one. */
  readonly instead?: string;
}

const account = "it needs an AWS account";
const system = "it is for another system, or installs into this one";
const minutes = "it takes minutes";

export const notRun: readonly NotRun[] = [
  { begins: "npm ci", because: "it would replace the packages that this runs on; .ci/run begins with it" },
  {
    begins: "npm install ",
    because: "it would change the packages that this runs on",
    instead: "tests/functions/stages/ocr/engine.test.ts",
  },
  { begins: "npm test", because: "it is what runs this" },
  { begins: "npm run check", because: "it looks at the project's files; .ci/run runs it" },
  { begins: "npm run format", because: "it rewrites the project's files" },
  { begins: "npm run pictures", because: "it rewrites files of the project" },
  { begins: "npm run coverage-page", because: "it rewrites a file of the project", instead: "packages/local/tests/coverage.test.ts" },
  { begins: "npm run deploy", because: account, instead: "tests/scripts/deploy.test.ts" },
  { begins: "npm.cmd run deploy", because: account, instead: "tests/scripts/deploy.test.ts" },
  { begins: "npm run teardown", because: account, instead: "tests/scripts/teardown.test.ts" },
  { begins: "npm run cost", because: minutes, instead: "tests/scripts/cost/measure.test.ts" },
  { begins: "npm run evaluate", because: minutes, instead: "packages/lab/tests/evaluate/evaluate-command.test.ts" },
  { begins: "npm run train", because: "it needs labels that are not here", instead: "packages/lab/tests/train/train-command.test.ts" },
  {
    begins: "node packages/lab/build-lexicon.ts",
    because: "it rewrites a file of the project",
    instead: "packages/lab/tests/build-lexicon.test.ts",
  },
  {
    begins: "npm run job -- docs/samples ",
    because: "each of the samples is read by another example",
    instead: "tests/scripts/job/batch-command.test.ts",
  },
  { begins: "npm run job -- --list", because: account, instead: "tests/end-to-end/auth.test.ts" },
  { begins: "npm run job -- --delete", because: "there is no job with that id", instead: "tests/scripts/job/batch-command.test.ts" },
  {
    begins: "node packages/lab/build-letter-pairs.ts",
    because: "it rewrites a file of the project",
    instead: "packages/lab/tests/build-letter-pairs.test.ts",
  },
  {
    begins: "node packages/lab/evaluate-pdf.ts",
    because: "it compares with pdftotext, which may not be installed",
    instead: "packages/lab/tests/evaluate/pdf.test.ts",
  },
  { begins: "npm run mutate", because: "it takes an hour" },
  { begins: "CRASH_JOBS=1000 npm test", because: minutes, instead: "tests/end-to-end/crash.test.ts" },
  {
    begins: "node packages/local/start.ts --project",
    because: "it listens until it is stopped",
    instead: "packages/local/tests/example.test.ts",
  },
  {
    begins: "node packages/lab/build-idf-table.ts",
    because: "it rewrites a file of the project",
    instead: "packages/lab/tests/inverse-frequency.test.ts",
  },
  { begins: "npm run bench", because: minutes, instead: "packages/lab/tests/bench.test.ts" },
  { begins: "npm run simulate", because: minutes, instead: "packages/lab/tests/simulate/simulate-command.test.ts" },
  { begins: "npm start -- --port 3100", because: "that port may be taken", instead: "tests/end-to-end/start.test.ts" },
  { begins: "npm start -- --watch", because: "nothing is changed while it runs", instead: "tests/end-to-end/watch.test.ts" },
  { begins: "npm start -- --set <name>=<value>", because: "it has no value; the blocks with one are run" },
  { begins: "npm rebuild node", because: "it would replace what this runs on" },
  { begins: "pulumi ", because: account, instead: "tests/scripts/deploy/pulumi.test.ts" },
  { begins: "aws sts ", because: account, instead: "tests/scripts/deploy/aws-account.test.ts" },
  { begins: "aws sso ", because: account },
  { begins: "aws s3api ", because: account },
  { begins: "aws iam ", because: account, instead: "tests/scripts/deploy/workflow.test.ts" },
  { begins: "gh api ", because: "it asks GitHub" },
  { begins: "git revert", because: "it changes the repository" },
  { begins: "brew install ", because: system },
  { begins: "winget install ", because: system },
  { begins: "curl -fsSL https://get.pulumi.com", because: system },
  { begins: "copy ", because: system },
  { begins: "Set-ExecutionPolicy ", because: system },
];
