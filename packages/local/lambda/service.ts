import type { ResourceType, Service } from "../service.ts";
import { lambdaFunction } from "./function.ts";
import type { LambdaService } from "./lambda-service.ts";

const permission: ResourceType<LambdaService> = {
  simulated: ["action", "function", "principal", "sourceArn"],
  computed: ({ name }) => ({ id: name, statementId: name }),
  start: async ({ inputs }, service) => {
    if (inputs["action"] !== "lambda:InvokeFunction") throw new Error(`The permission ${inputs["action"]} is not simulated by npm start.`);
    const sourceArn = inputs["sourceArn"] as string | undefined;
    return { remove: service.addPermission(inputs["function"] as string, { principal: inputs["principal"] as string, sourceArn }) };
  },
};

/** Lambda: functions as processes, and Invoke. */
export const lambda: Service<LambdaService> = {
  name: "lambda",
  resourceTypes: { "aws:lambda/function:Function": lambdaFunction, "aws:lambda/permission:Permission": permission },
  keeps: "code", // of functions that change while they run: a copy for each version, and a link to the packages
  ownFiles: /^[0-9a-f]{64}(\.new)?$|^node_modules$/,
  open: async (stack) => {
    const { lambdaApi } = await import("./lambda-api.ts");
    const { AsyncInvocations } = await import("./async-invocations.ts");
    const { LambdaService } = await import("./lambda-service.ts");
    const { clock, location, onFault, onNotice } = stack;
    const service = new LambdaService();
    const queue = new AsyncInvocations({ lambda: service, clock, onFault, onDrop: onNotice });
    return { instance: service, api: lambdaApi(service, queue, location), close: () => queue.stop() };
  },
};
