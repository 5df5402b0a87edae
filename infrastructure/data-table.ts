import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { allow, type Statement } from "./statement.ts";

/** What each table says of its keys; the rest is the same for all. */
export type TableKeys = Pick<aws.dynamodb.TableArgs, "hashKey" | "rangeKey" | "attributes" | "globalSecondaryIndexes">;

export interface DataTableArgs {
  /** Whether the table can be restored to any second of the last 35 days, and cannot be deleted. */
  readonly protect: boolean;
}

/** A table that is billed by request and forgets items once their `expiresAt` has passed. */
export abstract class DataTable extends pulumi.ComponentResource {
  readonly name: pulumi.Output<string>;
  readonly arn: pulumi.Output<string>;

  constructor(type: string, name: string, keys: TableKeys, { protect }: DataTableArgs, opts?: pulumi.ComponentResourceOptions) {
    super(type, name, {}, opts);
    const table = new aws.dynamodb.Table(
      name,
      {
        billingMode: "PAY_PER_REQUEST",
        ...keys,
        ttl: { attributeName: "expiresAt", enabled: true },
        pointInTimeRecovery: { enabled: protect }, // said either way: left out, it would stay as it was
        deletionProtectionEnabled: protect,
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
}
