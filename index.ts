import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { buildFunctions } from "./infrastructure/bundle.ts";
import { DocumentBucket } from "./infrastructure/document-bucket.ts";
import { functionFactory } from "./infrastructure/job-function.ts";
import { JobStateMachine } from "./infrastructure/job-state-machine.ts";
import { JobTable } from "./infrastructure/job-table.ts";
import { JobsApi } from "./infrastructure/jobs-api.ts";
import { consoleLinks, curlLine } from "./infrastructure/outputs.ts";
import { PostingTable } from "./infrastructure/posting-table.ts";
import { createRoutes } from "./infrastructure/routes.ts";
import { readSettings } from "./infrastructure/settings.ts";
import { createStages } from "./infrastructure/stages.ts";
import { Sweeper } from "./infrastructure/sweeper.ts";

const settings = readSettings();
const { logRetentionDays } = settings;
const { accountId } = aws.getCallerIdentityOutput();

const stores = {
  jobs: new JobTable("jobs"),
  postings: new PostingTable("postings"),
  documents: new DocumentBucket("documents", { retentionDays: settings.jobRetentionDays }),
};
// awsx is imported only where it is used: its components are remote, and slow to load.
const network = settings.privateNetwork ? new (await import("./infrastructure/private-network.ts")).PrivateNetwork("stages") : undefined;

const createFunction = functionFactory(buildFunctions(import.meta.dirname), settings);
const stages = createStages(createFunction, stores, settings, network?.functionNetwork);
const stateMachine = new JobStateMachine("process-job", { stages, jobs: stores.jobs, accountId, logRetentionDays });
const routes = createRoutes(createFunction, stores, stateMachine, settings);
const api = new JobsApi("jobs", { routes, logRetentionDays });
new Sweeper("sweep-every-minute", { createFunction, jobs: stores.jobs, stateMachine, accountId });

export const ApiBaseUrl = api.baseUrl;
export const CreateJobEndpoint = pulumi.interpolate`${api.baseUrl}/jobs`;
export const GetJobEndpoint = pulumi.interpolate`${api.baseUrl}/jobs/{jobId}`;
export const CurlLine = curlLine(api.baseUrl);
export const ConsoleLinks = consoleLinks(stateMachine);
