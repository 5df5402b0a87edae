import { iam } from "../iam/service.ts";
import type { Part } from "../service.ts";
import type { Account } from "./account.ts";

/** The account, for services that ask it for permissions or call other services. */
export const account: Part<Account> = {
  open: async (stack) => {
    const { Account } = await import("./account.ts");
    return { instance: new Account(stack, await stack.use(iam)) };
  },
};
