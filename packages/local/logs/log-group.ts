import { arn, type ResourceType } from "../program/resource-type.ts";

export const logGroup: ResourceType = {
  simulated: ["name"],
  withoutLocalMeaning: { retentionInDays: "the files are kept until npm start -- --reset" },
  computed: ({ name, inputs }, place) => {
    const group = (inputs["name"] as string | undefined) ?? `${name}-local`;
    return { id: group, name: group, arn: arn(place, "logs", `log-group:${group}`) };
  },
  start: async ({ outputs }, { logs }) => {
    logs.declare(outputs["name"] as string);
    return undefined;
  },
};
