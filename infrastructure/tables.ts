import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { jobsOfOwnerIndex, openJobsIndex } from "../functions/jobs/storage-layout.ts";
import { allow, type Statement } from "./statement.ts";

type TableKeys = Pick<aws.dynamodb.TableArgs, "hashKey" | "rangeKey" | "attributes" | "globalSecondaryIndexes">;

export interface TableArgs {
  /** The table can be restored to any second of the last 35 days, and cannot be deleted. */
  readonly protect: boolean;
}

/** A table that is billed by request and deletes items once their `expiresAt` has passed. */
abstract class DataTable extends pulumi.ComponentResource {
  readonly name: pulumi.Output<string>;
  readonly arn: pulumi.Output<string>;

  constructor(type: string, name: string, keys: TableKeys, { protect }: TableArgs, opts?: pulumi.ComponentResourceOptions) {
    super(type, name, {}, opts);
    const table = new aws.dynamodb.Table(
      name,
      {
        billingMode: "PAY_PER_REQUEST",
        ...keys,
        ttl: { attributeName: "expiresAt", enabled: true },
        pointInTimeRecovery: { enabled: protect }, // set either way: left out, it would stay as it was
        deletionProtectionEnabled: protect,
      },
      { parent: this, protect }, // Pulumi refuses before it has deleted anything, AWS when it is the table's turn
    );
    this.name = table.name;
    this.arn = table.arn;
    this.registerOutputs({ name: this.name, arn: this.arn });
  }

  /** The statement that grants exactly `actions` on the table. */
  grant(...actions: readonly `dynamodb:${string}`[]): Statement {
    return allow(actions, this.arn);
  }
}

/** The table with one record per job, keyed by `jobId`, and two sparse indexes: of jobs that are open, and of the jobs of each caller with an identity. */
export class JobTable extends DataTable {
  static readonly #keys: TableKeys = {
    hashKey: "jobId",
    attributes: [
      { name: "jobId", type: "S" },
      { name: "openShard", type: "N" },
      { name: "dueAt", type: "N" },
      { name: "owner", type: "S" },
      { name: "creationId", type: "S" },
    ],
    globalSecondaryIndexes: [
      {
        name: openJobsIndex,
        keySchemas: [
          { attributeName: "openShard", keyType: "HASH" },
          { attributeName: "dueAt", keyType: "RANGE" },
        ],
        projectionType: "KEYS_ONLY",
      },
      {
        name: jobsOfOwnerIndex,
        keySchemas: [
          { attributeName: "owner", keyType: "HASH" },
          { attributeName: "creationId", keyType: "RANGE" },
        ],
        projectionType: "KEYS_ONLY", // nothing that an update changes, so that none writes the index
      },
    ],
  };

  constructor(name: string, args: TableArgs, opts?: pulumi.ComponentResourceOptions) {
    super("async-text-processing:index:JobTable", name, JobTable.#keys, args, opts);
  }

  /** The statement that grants a query of an index. */
  grantQuery(index: typeof openJobsIndex | typeof jobsOfOwnerIndex): Statement {
    return allow(["dynamodb:Query"], pulumi.interpolate`${this.arn}/index/${index}`);
  }
}

/** The table in which the search stage finds related documents: those of an owner with a term, newest first. */
export class PostingTable extends DataTable {
  static readonly #keys: TableKeys = {
    hashKey: "ownerTerm",
    rangeKey: "place",
    attributes: [
      { name: "ownerTerm", type: "S" },
      { name: "place", type: "S" },
    ],
  };

  constructor(name: string, args: TableArgs, opts?: pulumi.ComponentResourceOptions) {
    super("async-text-processing:index:PostingTable", name, PostingTable.#keys, args, opts);
  }
}
