import { AwsError } from "../aws.ts";
import type { Clock } from "../clock.ts";
import { checkInput, type Input, type Members, resourceTypeOf, validationError } from "./api-input.ts";
import { compileDefinition } from "./definition.ts";
import { DefinitionError } from "./errors.ts";
import { isKnownResource } from "./integrations.ts";
import type { ExecutionOutcome } from "./state-machine.ts";
import type { StateMachineSpec } from "./step-functions-service.ts";

/** A start as a caller asks for it; what is left out is given. */
export interface StartOptions {
  readonly name?: string;
  /** JSON. */
  readonly input?: string;
}

/** An execution whose caller has waited for its end. Times are milliseconds since 1970. */
export interface SyncExecution {
  readonly executionArn: string;
  readonly name: string;
  readonly input: string;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly outcome: ExecutionOutcome;
}

/** What the API needs of the state machines. Both starts throw `StateMachineDoesNotExist`, `InvalidName` and `InvalidExecutionInput`. */
export interface StateMachines {
  /** In the order of their declaration. */
  readonly all: readonly StateMachineSpec[];
  start(stateMachineArn: string, options: StartOptions): { readonly executionArn: string; readonly startDate: number };
  startSync(stateMachineArn: string, options: StartOptions): Promise<SyncExecution>;
}

interface Operation {
  /** None where Express refuses the operation, whatever else it says. */
  readonly members?: Members;
  readonly run: (input: Input) => unknown;
}

const startMembers: Members = { stateMachineArn: 256, name: 80, input: 262_144 };

/**
 * The API of Step Functions for Express state machines, on top of what runs them. Errors have the names and texts that AWS was seen to answer.
 *
 * @see https://docs.aws.amazon.com/step-functions/latest/apireference/API_Operations.html
 */
export class StepFunctionsApi {
  readonly #stateMachines: StateMachines;
  /** All state machines of a stack are made when it starts. Seconds since 1970. */
  readonly #creationDate: number;
  readonly #operations: Readonly<Record<string, Operation>> = {
    StartExecution: { members: startMembers, run: (input) => this.#stateMachines.start(this.#arnIn(input), startOptionsOf(input)) },
    StartSyncExecution: { members: startMembers, run: (input) => this.#startSync(this.#arnIn(input), startOptionsOf(input)) },
    ListStateMachines: { members: { maxResults: 1_000, nextToken: 1_024 }, run: (input) => this.#list(input) },
    DescribeStateMachine: { members: { stateMachineArn: 256 }, run: (input) => this.#describe(this.#find(this.#arnIn(input))) },
    ValidateStateMachineDefinition: { members: { definition: 1_048_576, type: 8, severity: 7, maxResults: 100 }, run: validateDefinition },
    ListExecutions: { run: (input) => refuseType(this.#find(this.#arnIn(input))) },
    DescribeExecution: { run: refuseExecution },
    DescribeStateMachineForExecution: { run: refuseExecution },
    GetExecutionHistory: { run: refuseExecution },
    StopExecution: { run: refuseExecution },
  };

  constructor(stateMachines: StateMachines, clock: Clock) {
    this.#stateMachines = stateMachines;
    this.#creationDate = clock.now() / 1_000;
  }

  /** @throws {@link AwsError} as Step Functions answers it. The caller's permission has been checked. */
  async call(name: string, input: Input): Promise<unknown> {
    const operation = Object.hasOwn(this.#operations, name) ? this.#operations[name] : undefined;
    if (operation === undefined) throw new AwsError("UnknownOperationException", `The local Step Functions does not simulate ${name}.`);
    if (operation.members !== undefined) checkInput(name, input, operation.members);
    return operation.run(input);
  }

  #arnIn(input: Input): string {
    const type = resourceTypeOf(input, "stateMachineArn");
    if (type !== "stateMachine") throw invalidArn(`Resource type not valid in this context: ${type}`);
    return String(input["stateMachineArn"]);
  }

  #find(arn: string): StateMachineSpec {
    const spec = this.#stateMachines.all.find((each) => each.arn === arn);
    if (spec === undefined) throw new AwsError("StateMachineDoesNotExist", `State Machine Does Not Exist: '${arn}'`);
    return spec;
  }

  async #startSync(stateMachineArn: string, options: StartOptions): Promise<unknown> {
    const { executionArn, name, input, startedAt, endedAt, outcome } = await this.#stateMachines.startSync(stateMachineArn, options);
    return {
      ...{ executionArn, stateMachineArn, name, startDate: startedAt / 1_000, stopDate: endedAt / 1_000, status: outcome.status },
      ...{ input, inputDetails: { included: true }, ...endOf(outcome), outputDetails: { included: true } },
      // Every execution here is far below the 64 MB that AWS bills at least.
      billingDetails: { billedDurationInMilliseconds: Math.max(1, Math.ceil((endedAt - startedAt) / 100)) * 100, billedMemoryUsedInMB: 64 },
    };
  }

  #list({ maxResults, nextToken = "0" }: Input): unknown {
    if (!/^\d+$/.test(String(nextToken))) throw new AwsError("InvalidToken", `Invalid Token: '${nextToken}'`);
    const from = Number(nextToken);
    const end = from + (Number(maxResults ?? 0) || 100); // as on AWS, where 0 stands for the default
    const { all } = this.#stateMachines;
    const stateMachines = all.slice(from, end).map(({ arn: stateMachineArn, name }) => {
      return { stateMachineArn, name, type: "EXPRESS", creationDate: this.#creationDate };
    });
    return { stateMachines, ...(end < all.length && { nextToken: String(end) }) };
  }

  #describe({ arn, name, definition, roleArn, logLevel, includeExecutionData, writeTrace }: StateMachineSpec): unknown {
    return {
      ...{ stateMachineArn: arn, name, status: "ACTIVE", definition, roleArn, type: "EXPRESS", creationDate: this.#creationDate },
      loggingConfiguration: { level: logLevel, includeExecutionData },
      tracingConfiguration: { enabled: writeTrace !== undefined },
    };
  }
}

function startOptionsOf({ name, input }: Input): StartOptions {
  return { ...(typeof name === "string" && { name }), ...(typeof input === "string" && { input }) };
}

function endOf(outcome: ExecutionOutcome): object {
  if (outcome.status === "SUCCEEDED") return { output: JSON.stringify(outcome.output) };
  const { error, cause } = outcome;
  return { ...(error !== "" && { error }), ...(cause !== "" && { cause }) };
}

/** Whether the definition would run here. Step Functions has more: what it takes and this does not is a diagnostic, too. */
function validateDefinition({ definition, type = "STANDARD", severity = "ERROR" }: Input): unknown {
  if (type !== "EXPRESS") throw validationError("The local Step Functions validates only definitions of the type EXPRESS.");
  if (severity !== "ERROR") throw validationError("The local Step Functions has no diagnostics but those of the severity ERROR.");
  try {
    compileDefinition(String(definition), isKnownResource);
    return { result: "OK", diagnostics: [], truncated: false };
  } catch (error) {
    if (!(error instanceof DefinitionError)) throw error;
    const diagnostic = { severity: "ERROR", code: "SCHEMA_VALIDATION_FAILED", message: error.message };
    return { result: "FAIL", diagnostics: [diagnostic], truncated: false };
  }
}

function refuseType(_: StateMachineSpec): never {
  throw new AwsError("StateMachineTypeNotSupported", "This operation is not supported by this type of state machine");
}

/** An execution of an Express state machine leaves nothing to ask for or to stop. */
function refuseExecution(input: Input): never {
  const type = resourceTypeOf(input, "executionArn");
  if (type === "execution") throw new AwsError("ExecutionDoesNotExist", `Execution Does Not Exist: '${input["executionArn"]}'`);
  throw invalidArn(`Resource type not valid in this context: ${type}`);
}

function invalidArn(what: string): AwsError {
  return new AwsError("InvalidArn", `Invalid Arn: '${what}'`);
}
