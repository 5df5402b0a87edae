import * as pulumi from "@pulumi/pulumi";
import { openJobsIndex } from "../functions/jobs/storage-layout.ts";
import { DataTable, type DataTableArgs, type TableKeys } from "./data-table.ts";
import { allow, type Statement } from "./statement.ts";

const keys: TableKeys = {
  hashKey: "jobId",
  attributes: [
    { name: "jobId", type: "S" },
    { name: "openShard", type: "N" },
    { name: "dueAt", type: "N" },
  ],
  globalSecondaryIndexes: [{ name: openJobsIndex, hashKey: "openShard", rangeKey: "dueAt", projectionType: "KEYS_ONLY" }],
};

/** The table with one record per job, keyed by `jobId`, and the sparse index of jobs that are open. */
export class JobTable extends DataTable {
  constructor(name: string, args: DataTableArgs, opts?: pulumi.ComponentResourceOptions) {
    super("async-text-processing:index:JobTable", name, keys, args, opts);
  }

  /** The statement that grants a query of the index of open jobs. */
  grantQueryOfOpenJobs(): Statement {
    return allow(["dynamodb:Query"], pulumi.interpolate`${this.arn}/index/${openJobsIndex}`);
  }
}
