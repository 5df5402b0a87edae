import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { Alarms } from "./infrastructure/alarms.ts";
import { buildFunctions } from "./infrastructure/bundle.ts";
import { Dashboard } from "./infrastructure/dashboard.ts";
import { DocumentBucket } from "./infrastructure/document-bucket.ts";
import { functionFactory } from "./infrastructure/job-function.ts";
import { JobStateMachine } from "./infrastructure/job-state-machine.ts";
import { JobTable } from "./infrastructure/job-table.ts";
import { JobsApi } from "./infrastructure/jobs-api.ts";
import { consoleLinks, curlLine, warningsOf } from "./infrastructure/outputs.ts";
import { PostingTable } from "./infrastructure/posting-table.ts";
import { createRoutes } from "./infrastructure/routes.ts";
import { readSettings } from "./infrastructure/settings.ts";
import { createStages } from "./infrastructure/stages.ts";
import { Sweeper } from "./infrastructure/sweeper.ts";

const settings = readSettings();
const { logRetentionDays, protect, corsOrigins } = settings;
const { accountId } = aws.getCallerIdentityOutput();

const stores = {
  jobs: new JobTable("jobs", { protect }),
  postings: new PostingTable("postings", { protect }),
  documents: new DocumentBucket("documents", { retentionDays: settings.jobRetentionDays, protect, corsOrigins }),
};
// awsx is imported only where it is used: its components are remote, and slow to load.
const network = settings.privateNetwork ? new (await import("./infrastructure/private-network.ts")).PrivateNetwork("stages") : undefined;

const { createFunction, functions } = functionFactory(buildFunctions(import.meta.dirname), settings);
const stages = createStages(createFunction, stores, settings, network?.functionNetwork);
const stateMachineLogs = { logRetentionDays, logLevel: settings.executionLogLevel };
const stateMachine = new JobStateMachine("process-job", { stages, jobs: stores.jobs, accountId, ...stateMachineLogs });
const routes = createRoutes(createFunction, stores, stateMachine, settings);
const api = new JobsApi("jobs", { routes, logRetentionDays, throttle: settings.throttle, corsOrigins, authorization: settings });
new Sweeper("sweep-every-minute", { createFunction, jobs: stores.jobs, stateMachine, accountId });

const watched = { functions, stages, stateMachine, api, stores };
const alarms = new Alarms("alarms", { email: settings.alarmEmail, watched });
const dashboard = new Dashboard("overview", { watched, alarmArns: alarms.arns });

export const ApiBaseUrl = api.baseUrl;
export const CreateJobEndpoint = pulumi.interpolate`${api.baseUrl}/jobs`;
export const GetJobEndpoint = pulumi.interpolate`${api.baseUrl}/jobs/{jobId}`;
export const CurlLine = curlLine(api.baseUrl);
export const Warnings = warningsOf(settings);
export const ConsoleLinks = consoleLinks(watched, dashboard.name);
