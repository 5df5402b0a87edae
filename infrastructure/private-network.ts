import * as aws from "@pulumi/aws";
import * as awsx from "@pulumi/awsx";
import * as pulumi from "@pulumi/pulumi";

/** A network from which only DynamoDB and S3 can be reached: isolated subnets, two gateway endpoints, no internet access. */
export class PrivateNetwork extends pulumi.ComponentResource {
  /** For a function that runs in the network. */
  readonly functionNetwork: aws.types.input.lambda.FunctionVpcConfig;

  constructor(name: string, opts?: pulumi.ComponentResourceOptions) {
    super("async-text-processing:index:PrivateNetwork", name, {}, opts);
    const vpc = new awsx.ec2.Vpc(
      name,
      { numberOfAvailabilityZones: 2, natGateways: { strategy: "None" }, subnetStrategy: "Auto", subnetSpecs: [{ type: "Isolated" }] },
      { parent: this },
    );
    const endpoints = ["dynamodb", "s3"].map((service) => this.#createEndpoint(name, service, vpc));
    const securityGroup = new aws.ec2.SecurityGroup(
      name,
      {
        vpcId: vpc.vpcId,
        description: "Lets the stages reach DynamoDB and S3, and nothing else.",
        egress: [{ protocol: "tcp", fromPort: 443, toPort: 443, prefixListIds: endpoints.map(({ prefixListId }) => prefixListId) }],
      },
      { parent: this },
    );
    this.functionNetwork = { subnetIds: vpc.isolatedSubnetIds, securityGroupIds: [securityGroup.id] };
    this.registerOutputs();
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
