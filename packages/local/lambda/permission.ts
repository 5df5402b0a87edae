import type { ResourceType } from "../program/resource-type.ts";

export const lambdaPermission: ResourceType = {
  simulated: ["action", "function", "principal", "sourceArn"],
  computed: ({ name }) => ({ id: name, statementId: name }),
  start: async ({ inputs }, services) => {
    if (inputs["action"] !== "lambda:InvokeFunction") throw new Error(`The permission ${inputs["action"]} is not simulated by npm start.`);
    const sourceArn = inputs["sourceArn"] as string | undefined;
    services.lambda.addPermission(inputs["function"] as string, { principal: inputs["principal"] as string, sourceArn });
    return undefined;
  },
};
