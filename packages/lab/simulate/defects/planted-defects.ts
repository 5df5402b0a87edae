/** A defect as it could have been written: a piece of the source, and what stands in its place. */
export interface PlantedDefect {
  readonly name: string;
  /** Relative to the project's folder. */
  readonly file: string;
  /** Occurs once in the file. */
  readonly piece: string;
  readonly instead: string;
}

const repository = "functions/jobs/job-repository.ts";
const submission = "functions/jobs/submit-job.ts";
const stageHandler = "functions/jobs/stage-handler.ts";
const deletion = "functions/api/delete-job.ts";
const reading = "functions/api/read-job.ts";
const errorStates = "statemachine/error-states.ts";

/** Each one breaks a promise that the simulation checks. */
export const plantedDefects: readonly PlantedDefect[] = [
  {
    name: "a result is saved after the end",
    file: repository,
    piece: `["status", "in", statusesBefore.DONE], [member, "absent"]`,
    instead: `[member, "absent"]`,
  },
  {
    name: "a result is saved over the one that is there",
    file: repository,
    piece: `["status", "in", statusesBefore.DONE], [member, "absent"]`,
    instead: `["status", "in", [...statusesBefore.DONE, "DONE"]]`,
  },
  {
    name: "an error is written over DONE",
    file: errorStates,
    piece: `AND #status IN (\${statuses.map(([key]) => key).join(", ")}) AND`,
    instead: "AND #status <> :error AND",
  },
  {
    name: "an error is written to another generation",
    file: errorStates,
    piece: "`#generation = :generation AND",
    instead: "`#generation <> :error AND",
  },
  {
    name: "an error leaves the version as it was",
    file: errorStates,
    piece: `"':one': {'N': '1'}"`,
    instead: `"':one': {'N': '0'}"`,
  },
  {
    name: "a stage writes to another generation",
    file: repository,
    piece: `      ["generation", "=", key.generation],\n      ["deadlineAt", ">"`,
    instead: `      ["deadlineAt", ">"`,
  },
  {
    name: "an execution begins a job that has begun",
    file: repository,
    piece: `conditions: [...this.#openStill(key), ["status", "=", "PENDING"]],`,
    instead: `conditions: this.#openStill(key),`,
  },
  {
    name: "a new job is not in the index of open jobs",
    file: submission,
    piece: `    dueAt: createdAt + timeLimits.restartAfterSeconds,\n`,
    instead: "",
  },
  {
    name: "the catch of a stage drops the job",
    file: "statemachine/stage-states.ts",
    piece: `const Output = { ...keyFields, failedStage: name,`,
    instead: `const Output = { failedStage: name,`,
  },
  {
    name: "a refused result leaves its postings",
    file: stageHandler,
    piece: `if (held?.result[memberName<RegisteredStage["name"]>(stage)] === undefined) await work.undo?.();`,
    instead: "",
  },
  {
    name: "all attempts save their text under one name",
    file: stageHandler,
    piece: `\`\${stage.name}-\${attemptName()}\``,
    instead: `\`\${stage.name}-text\``,
  },
  {
    name: "the error of a stage quotes its text",
    file: stageHandler,
    piece: `  return { outcome: await save(attempt, job, textIn(request), await run(request as StageRequest<S>)) };`,
    instead: `  try {
    return { outcome: await save(attempt, job, textIn(request), await run(request as StageRequest<S>)) };
  } catch {
    throw new StageFailedError(\`The result of "\${textIn(request)}" was not saved.\`);
  }`,
  },
  {
    name: "a log line has the text of a job",
    file: submission,
    piece: `logger.info("Job accepted", { jobId,`,
    instead: `logger.info("Job accepted", { jobId, text: job.text,`,
  },
  {
    name: "a key is answered with its job for any document",
    file: submission,
    piece: `job.fingerprint !== submitted.fingerprint || job.uploadId`,
    instead: `job.uploadId`,
  },
  {
    name: "an upload becomes a job for each key",
    file: submission,
    piece: `  if (isUpload(document) && !(await jobs.claimUpload({ ...job, ...document }))) throw alreadyUsed(document);\n`,
    instead: "",
  },
  {
    name: "the record is deleted first",
    file: deletion,
    piece: `  await related.remove(job, job.postedTerms`,
    instead: `  await jobs.remove(job);\n  await related.remove(job, job.postedTerms`,
  },
  {
    name: "postings that no record names stay after a deletion",
    file: deletion,
    piece: `job.postedTerms ?? (await termsLeftBehind(job, documents, related))`,
    instead: `job.postedTerms ?? []`,
  },
  {
    name: "a job is deleted for any owner",
    file: repository,
    piece: `if (job?.owner !== owner) return undefined;`,
    instead: `if (job === undefined) return undefined;`,
  },
  {
    name: "a job is read by any owner",
    file: reading,
    piece: `job === undefined || job.owner !== owner`,
    instead: `job === undefined`,
  },
  {
    name: "a deleted job is shown until its record is gone",
    file: repository,
    piece: `job === undefined || isVoid(job, this.#now()) ? undefined : job`,
    instead: `job === undefined || job.expiresAt <= this.#now() ? undefined : job`,
  },
  {
    name: "the ETag stays as the record changes",
    file: reading,
    piece: `\`"\${job.generation.slice(0, 8)}-\${job.version}"\``,
    instead: `\`"\${job.generation.slice(0, 8)}"\``,
  },
  {
    name: "a text is remembered by its job's id",
    file: "functions/jobs/document-store.ts",
    piece: `    if (job.text !== undefined) return job.text;\n    if (job.textObject`,
    instead: `    const texts: Map<string, string> = ((this as unknown as { texts?: Map<string, string> }).texts ??= new Map());
    if (job.text !== undefined) return texts.get(job.jobId) ?? (texts.set(job.jobId, job.text), job.text);
    if (job.textObject`,
  },
  {
    name: "objects of all generations have one place",
    file: "functions/jobs/storage-layout.ts",
    piece: `\`\${jobsPrefix}\${jobId}/\${generation}/\${name}\``,
    instead: `\`\${jobsPrefix}\${jobId}/\${name}\``,
  },
  {
    name: "unprocessed postings are taken for written",
    file: "functions/stages/search/posting-table.ts",
    piece: `left = UnprocessedItems?.[this.#tableName] ?? [];`,
    instead: `left = UnprocessedItems === undefined ? [] : [];`,
  },
  {
    name: "postings of all owners are in one place",
    file: "functions/stages/search/posting-table.ts",
    piece: `\`\${owner}#\${term}\``,
    instead: `\`#\${term}\``,
  },
  {
    name: "a permission is missing that is rarely needed",
    file: "infrastructure/routes.ts",
    piece: `jobs.grant("dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:DeleteItem"),`,
    instead: `jobs.grant("dynamodb:GetItem", "dynamodb:PutItem"),`,
  },
  {
    name: "the sweeper makes a call that is not granted",
    file: repository,
    piece: `    const job = claim.lostTo;\n`,
    instead: `    const job = await this.get(jobId);\n`,
  },
];

/** Has the program take the definition as the sources build it, and not the file that is to be equal: a defect in them shows. */
export const builtDefinition: PlantedDefect = {
  name: "the definition is built",
  file: "statemachine/definition.ts",
  piece: `const text = readFileSync(file, "utf8");`,
  instead: "const text = JSON.stringify(buildDefinition());",
};

/** @throws Error where the piece does not occur exactly once: the list is older than the source. */
export function plantedSource({ name, file, piece, instead }: PlantedDefect, source: string): string {
  const [before = "", after, ...more] = source.split(piece);
  if (after === undefined || more.length > 0)
    throw new Error(`The piece of "${name}" occurs ${more.length + Number(after !== undefined)} times in ${file}.`);
  return before + instead + after;
}
