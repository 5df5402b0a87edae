import { arn } from "../aws.ts";
import type { ResourceType, Service } from "../service.ts";
import type { LogGroups } from "./log-groups.ts";

const logGroup: ResourceType<LogGroups> = {
  simulated: ["name"],
  withoutLocalMeaning: { retentionInDays: "the files are kept until npm start -- --reset" },
  computed: ({ name, inputs }, location) => {
    const group = (inputs["name"] as string | undefined) ?? `${name}-local`;
    return { id: group, name: group, arn: arn(location, "logs", `log-group:${group}`) };
  },
  start: async ({ outputs }, logs) => {
    logs.declare(outputs["name"] as string);
  },
};

/** CloudWatch Logs: a file for each group. */
export const logs: Service<LogGroups> = {
  name: "logs",
  resourceTypes: { "aws:cloudwatch/logGroup:LogGroup": logGroup },
  keeps: "logs",
  ownFiles: /\.log$/,
  open: async ({ clock, onDiskFault, onUsage, pathOf }) => {
    const { LogGroups } = await import("./log-groups.ts");
    const groups = new LogGroups(pathOf("logs"), clock, onDiskFault);
    if (onUsage !== undefined) groups.onLine(({ group, message }) => onUsage({ kind: "log", group, bytes: Buffer.byteLength(message) }));
    return { instance: groups, close: () => groups.close() };
  },
};
