import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { jobsPrefix } from "../functions/lib/document-store.ts";
import { allow, type Statement } from "./statement.ts";

export interface DocumentBucketArgs {
  /** Days after which an object is deleted, whatever became of its job. */
  readonly retentionDays: number;
}

/** The private bucket for documents and texts that are too large for a record. */
export class DocumentBucket extends pulumi.ComponentResource {
  readonly name: pulumi.Output<string>;
  readonly arn: pulumi.Output<string>;

  constructor(name: string, args: DocumentBucketArgs, opts?: pulumi.ComponentResourceOptions) {
    super("async-text-processing:index:DocumentBucket", name, {}, opts);
    const bucket = new aws.s3.Bucket(name, { forceDestroy: true }, { parent: this });
    this.name = bucket.bucket;
    this.arn = bucket.arn;
    this.#createProtection(name);
    this.#createLifecycle(name, args.retentionDays);
    this.registerOutputs({ name: this.name, arn: this.arn });
  }

  /** The statement that grants exactly `actions` on the objects of jobs. */
  grant(...actions: readonly `s3:${string}Object`[]): Statement {
    return allow(actions, pulumi.interpolate`${this.arn}/${jobsPrefix}*`);
  }

  /** The statement that grants listing the objects of jobs. */
  grantList(): Statement {
    return allow(["s3:ListBucket"], this.arn, { StringLike: { "s3:prefix": `${jobsPrefix}*` } });
  }

  #createProtection(name: string): void {
    const bucket = this.name;
    new aws.s3.BucketPublicAccessBlock(
      name,
      { bucket, blockPublicAcls: true, blockPublicPolicy: true, ignorePublicAcls: true, restrictPublicBuckets: true },
      { parent: this },
    );
    new aws.s3.BucketOwnershipControls(name, { bucket, rule: { objectOwnership: "BucketOwnerEnforced" } }, { parent: this });
    new aws.s3.BucketServerSideEncryptionConfiguration(
      name,
      { bucket, rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }] },
      { parent: this },
    );
    new aws.s3.BucketPolicy(name, { bucket, policy: this.#tlsOnly() }, { parent: this });
  }

  #tlsOnly(): pulumi.Output<string> {
    return pulumi.jsonStringify({
      Version: "2012-10-17",
      Statement: [
        {
          Effect: "Deny",
          Action: "s3:*",
          Principal: "*",
          Resource: [this.arn, pulumi.interpolate`${this.arn}/*`],
          Condition: { Bool: { "aws:SecureTransport": "false" } },
        },
      ],
    });
  }

  #createLifecycle(name: string, days: number): void {
    const rule = { id: "expire", status: "Enabled", filter: { prefix: jobsPrefix }, expiration: { days } };
    const uploads = { id: "abandoned-uploads", status: "Enabled", filter: {}, abortIncompleteMultipartUpload: { daysAfterInitiation: 1 } };
    new aws.s3.BucketLifecycleConfiguration(name, { bucket: this.name, rules: [rule, uploads] }, { parent: this });
  }
}
