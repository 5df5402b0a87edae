import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { Alarms } from "./infrastructure/alarms.ts";
import { buildFunctions } from "./infrastructure/bundle.ts";
import { Dashboard } from "./infrastructure/dashboard.ts";
import { functionFactory } from "./infrastructure/job-function.ts";
import { currentDefinition, JobStateMachine } from "./infrastructure/job-state-machine.ts";
import { JobsApi } from "./infrastructure/jobs-api.ts";
import { consoleLinks, curlLine, warningsOf } from "./infrastructure/outputs.ts";
import { createRoutes } from "./infrastructure/routes.ts";
import { readSettings } from "./infrastructure/settings.ts";
import { createStages } from "./infrastructure/stages.ts";
import { createStores } from "./infrastructure/stores.ts";
import { Sweeper } from "./infrastructure/sweeper.ts";

const settings = readSettings();
const definition = currentDefinition();
const createFunction = functionFactory(buildFunctions(import.meta.dirname, settings.ocrLanguages), settings);
const { accountId } = aws.getCallerIdentityOutput();

const stores = createStores(settings);
// awsx is imported only where it is used: its components are remote, and slow to load.
const network = settings.privateNetwork ? new (await import("./infrastructure/private-network.ts")).PrivateNetwork("stages") : undefined;
const stages = createStages({ createFunction, stores, settings, network });
const stateMachine = new JobStateMachine("process-job", { definition, stages, jobs: stores.jobs, accountId, settings });
const routes = createRoutes({ createFunction, stores, stateMachine, settings });
const api = new JobsApi("jobs", { routes, settings });
const sweeper = new Sweeper("sweeper", { createFunction, jobs: stores.jobs, stateMachine, accountId, settings });

const functions = [...stages.values(), ...new Set(Object.values(routes)), sweeper.function];
const watched = { functions, stages, stateMachine, api, stores };
const alarms = new Alarms("alarms", { settings, watched });
const dashboard = new Dashboard("overview", { watched, alarmArns: alarms.arns });

export const ApiBaseUrl = api.baseUrl;
export const CreateJobEndpoint = pulumi.interpolate`${api.baseUrl}/jobs`;
export const GetJobEndpoint = pulumi.interpolate`${api.baseUrl}/jobs/{jobId}`;
export const CurlLine = curlLine(api.baseUrl);
export const Warnings = warningsOf(settings);
export const ConsoleLinks = consoleLinks(watched, dashboard.name);
