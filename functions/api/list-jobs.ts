import { hash } from "node:crypto";
import { type JobStatus, jobStatuses } from "../jobs/job.ts";
import type { JobList } from "../jobs/job-list.ts";
import { ownerRoute } from "./caller.ts";
import { type HttpRequest, json, type Route } from "./http.ts";
import { jobRecord } from "./job-record.ts";
import { HttpError } from "./problems.ts";

/** The number of jobs in an answer. */
export const pageLimits = { usual: 20, max: 100 } as const;

/** `GET /jobs`: the caller's jobs, newest first, without their texts. */
export function listJobsRoute(list: JobList): Route {
  return ownerRoute(async (request, owner) => {
    const [limit, status, after] = [limitOf(request), statusOf(request), placeOf(request, owner)];
    const { jobs, place } = await list.page({ owner, limit, status, after });
    return json(200, { jobs: jobs.map((job) => jobRecord(job)), ...(place !== undefined && { cursor: cursorOf(owner, place) }) });
  });
}

function limitOf({ queryStringParameters }: HttpRequest): number {
  const limit = queryStringParameters?.["limit"] ?? String(pageLimits.usual);
  if (/^\d{1,3}$/.test(limit) && Number(limit) >= 1 && Number(limit) <= pageLimits.max) return Number(limit);
  throw new HttpError("InvalidParameter", `Parameter 'limit' must be a whole number from 1 to ${pageLimits.max}.`);
}

function statusOf({ queryStringParameters }: HttpRequest): JobStatus | undefined {
  const given = queryStringParameters?.["status"];
  const status = jobStatuses.find((one) => one === given);
  if (given === undefined || status !== undefined) return status;
  throw new HttpError("InvalidParameter", `Parameter 'status' must be one of ${jobStatuses.join(", ")}.`);
}

/**
 * A cursor names a place, and its caller by a digest. That is no secret and need not be one: whatever the cursor, only the caller's own
 * jobs are looked for.
 */
const cursorOf = (owner: string, place: string): string =>
  Buffer.from(place + hash("sha256", `${owner}\n${place}`, "base64url").slice(0, 12)).toString("base64url");

function placeOf({ queryStringParameters }: HttpRequest, owner: string): string | undefined {
  const cursor = queryStringParameters?.["cursor"];
  if (cursor === undefined) return undefined;
  const place = Buffer.from(cursor, "base64url").toString().slice(0, -12);
  if (place !== "" && cursorOf(owner, place) === cursor) return place;
  throw new HttpError(
    "InvalidCursor",
    "Parameter 'cursor' is not one that you were given. Send the cursor of the last answer as it is, or none to start with the newest job.",
  );
}
