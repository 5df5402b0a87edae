import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { openJobsIndex } from "../functions/lib/job-repository.ts";
import { allow, type Statement } from "./statement.ts";

/** The table with one record per job, keyed by `jobId`, and the sparse index of jobs that are open. */
export class JobTable extends pulumi.ComponentResource {
  readonly name: pulumi.Output<string>;
  readonly arn: pulumi.Output<string>;

  constructor(name: string, opts?: pulumi.ComponentResourceOptions) {
    super("async-text-processing:index:JobTable", name, {}, opts);
    const table = new aws.dynamodb.Table(
      name,
      {
        billingMode: "PAY_PER_REQUEST",
        hashKey: "jobId",
        attributes: [
          { name: "jobId", type: "S" },
          { name: "openShard", type: "N" },
          { name: "dueAt", type: "N" },
        ],
        globalSecondaryIndexes: [{ name: openJobsIndex, hashKey: "openShard", rangeKey: "dueAt", projectionType: "KEYS_ONLY" }],
        ttl: { attributeName: "expiresAt", enabled: true },
      },
      { parent: this },
    );
    this.name = table.name;
    this.arn = table.arn;
    this.registerOutputs({ name: this.name, arn: this.arn });
  }

  /** The statement that grants exactly `actions` on the table. */
  grant(...actions: readonly `dynamodb:${string}`[]): Statement {
    return allow(actions, this.arn);
  }

  /** The statement that grants a query of the index of open jobs. */
  grantQueryOfOpenJobs(): Statement {
    return allow(["dynamodb:Query"], pulumi.interpolate`${this.arn}/index/${openJobsIndex}`);
  }
}
