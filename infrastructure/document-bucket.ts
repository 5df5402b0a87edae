import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { jobsPrefix, uploadDays, uploadsPrefix } from "../functions/jobs/storage-layout.ts";
import { allow, type Statement } from "./statement.ts";

export interface DocumentBucketArgs {
  /** Days after which an object of a job is deleted. */
  readonly retentionDays: number;
  /** The bucket stays while there is something in it. */
  readonly protect: boolean;
  /** Origins whose pages may upload documents. */
  readonly corsOrigins: readonly string[];
}

/** The private bucket for documents and texts that are too large for a record. */
export class DocumentBucket extends pulumi.ComponentResource {
  readonly name: pulumi.Output<string>;
  readonly arn: pulumi.Output<string>;

  constructor(name: string, args: DocumentBucketArgs, opts?: pulumi.ComponentResourceOptions) {
    super("async-text-processing:index:DocumentBucket", name, {}, opts);
    const bucket = new aws.s3.Bucket(name, { forceDestroy: !args.protect }, { parent: this, protect: args.protect });
    this.name = bucket.bucket;
    this.arn = bucket.arn;
    this.#createProtection(name);
    this.#createLifecycle(name, args.retentionDays);
    if (args.corsOrigins.length > 0) this.#createCors(name, args.corsOrigins);
    this.registerOutputs({ name: this.name, arn: this.arn });
  }

  /** The statement that grants exactly `actions` on the objects of jobs. */
  grant(...actions: readonly `s3:${string}Object`[]): Statement {
    return allow(actions, pulumi.interpolate`${this.arn}/${jobsPrefix}*`);
  }

  /** The statement that grants exactly `actions` on what clients have uploaded. */
  grantUploads(...actions: readonly `s3:${string}Object`[]): Statement {
    return allow(actions, pulumi.interpolate`${this.arn}/${uploadsPrefix}*`);
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

  #createCors(name: string, origins: readonly string[]): void {
    const upload = { allowedMethods: ["PUT"], allowedOrigins: [...origins], allowedHeaders: ["*"], maxAgeSeconds: 3_600 };
    new aws.s3.BucketCorsConfiguration(name, { bucket: this.name, corsRules: [upload] }, { parent: this });
  }

  #createLifecycle(name: string, days: number): void {
    const jobs = { id: "expire", status: "Enabled", filter: { prefix: jobsPrefix }, expiration: { days } };
    const uploads = { id: "expire-uploads", status: "Enabled", filter: { prefix: uploadsPrefix }, expiration: { days: uploadDays } };
    const parts = { id: "abandoned-uploads", status: "Enabled", filter: {}, abortIncompleteMultipartUpload: { daysAfterInitiation: 1 } };
    new aws.s3.BucketLifecycleConfiguration(name, { bucket: this.name, rules: [jobs, uploads, parts] }, { parent: this });
  }
}
