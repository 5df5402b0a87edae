import { type SFNClient, StartExecutionCommand } from "@aws-sdk/client-sfn";
import type { JobKey } from "./job.ts";

/** Starts the state machine's executions. */
export class Executions {
  readonly #client: SFNClient;
  readonly #stateMachineArn: string;

  constructor(client: SFNClient, stateMachineArn: string) {
    this.#client = client;
    this.#stateMachineArn = stateMachineArn;
  }

  /** Starts an execution for a job. It is named after the job, so that the console finds it; names need not be unique here. */
  async start({ jobId, generation }: JobKey): Promise<void> {
    const input = JSON.stringify({ jobId, generation });
    await this.#client.send(new StartExecutionCommand({ stateMachineArn: this.#stateMachineArn, name: jobId, input }));
  }
}
