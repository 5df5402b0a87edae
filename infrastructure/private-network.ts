import * as aws from "@pulumi/aws";
import * as awsx from "@pulumi/awsx";
import * as pulumi from "@pulumi/pulumi";
import type { FunctionNetwork } from "./job-function.ts";

/** A network from which only DynamoDB and S3 can be reached: isolated subnets, two gateway endpoints, no internet access. */
export class PrivateNetwork extends pulumi.ComponentResource implements FunctionNetwork {
  readonly #vpc: awsx.ec2.Vpc;
  readonly #endpoints: readonly aws.ec2.VpcEndpoint[];

  constructor(name: string, opts?: pulumi.ComponentResourceOptions) {
    super("async-text-processing:index:PrivateNetwork", name, {}, opts);
    this.#vpc = new awsx.ec2.Vpc(
      name,
      { numberOfAvailabilityZones: 2, natGateways: { strategy: "None" }, subnetStrategy: "Auto", subnetSpecs: [{ type: "Isolated" }] },
      { parent: this },
    );
    this.#endpoints = ["dynamodb", "s3"].map((service) => this.#createEndpoint(name, service, this.#vpc));
    this.registerOutputs();
  }

  /**
   * Each function has a security group, whose deletion waits until Lambda has deleted the function's network interfaces,
   * 20 to 45 minutes later. Until then the role needs its permission: the group depends on it.
   *
   * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html
   */
  configFor(name: string, permission: aws.iam.RolePolicy): aws.types.input.lambda.FunctionVpcConfig {
    const prefixListIds = this.#endpoints.map((endpoint) => endpoint.prefixListId);
    const securityGroup = new aws.ec2.SecurityGroup(
      name,
      {
        vpcId: this.#vpc.vpcId,
        description: "Lets a stage reach DynamoDB and S3, and nothing else.",
        egress: [{ protocol: "tcp", fromPort: 443, toPort: 443, prefixListIds }],
      },
      { parent: this, dependsOn: [permission], customTimeouts: { delete: "60m" } },
    );
    return { subnetIds: this.#vpc.isolatedSubnetIds, securityGroupIds: [securityGroup.id] };
  }

  #createEndpoint(name: string, service: string, vpc: awsx.ec2.Vpc): aws.ec2.VpcEndpoint {
    return new aws.ec2.VpcEndpoint(
      `${name}-${service}`,
      {
        vpcId: vpc.vpcId,
        serviceName: pulumi.interpolate`com.amazonaws.${aws.getRegionOutput().region}.${service}`,
        vpcEndpointType: "Gateway",
        routeTableIds: vpc.routeTables.apply((tables) => tables.map(({ id }) => id)),
      },
      { parent: this },
    );
  }
}
