import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { allow, type Statement } from "./statement.ts";

/** The table by which the search stage finds related documents: what documents of an owner hold a term, newest first. */
export class PostingTable extends pulumi.ComponentResource {
  readonly name: pulumi.Output<string>;
  readonly arn: pulumi.Output<string>;

  constructor(name: string, opts?: pulumi.ComponentResourceOptions) {
    super("async-text-processing:index:PostingTable", name, {}, opts);
    const table = new aws.dynamodb.Table(
      name,
      {
        billingMode: "PAY_PER_REQUEST",
        hashKey: "ownerTerm",
        rangeKey: "place",
        attributes: [
          { name: "ownerTerm", type: "S" },
          { name: "place", type: "S" },
        ],
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
}
