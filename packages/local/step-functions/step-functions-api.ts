import { AwsError } from "../aws.ts";
import type { Clock } from "../clock.ts";
import type { Principal } from "../iam/roles.ts";
import type { SideWrite } from "../logs/side-writes.ts";
import { compileDefinition } from "./definition.ts";
import { DefinitionError } from "./errors.ts";
import { isKnownResource } from "./integrations.ts";
import type { LogLevel } from "./log-level.ts";
import { isJson } from "./payload.ts";
import type { ExecutionOutcome } from "./state-machine.ts";

/** An Express state machine as it is declared. */
export interface StateMachineSpec {
  readonly name: string;
  readonly arn: string;
  readonly roleArn: string;
  /** The role, assumed. */
  readonly principal: Principal;
  readonly definition: string;
  readonly logLevel: LogLevel;
  readonly includeExecutionData: boolean;
  /** Takes the events that the log level lets through, as JSON; none where nothing is logged. */
  readonly writeLog: SideWrite | undefined;
  /** Takes a segment of each execution, as JSON; none where nothing is traced. */
  readonly writeTrace: SideWrite | undefined;
}

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

/** The state machines behind the API. Both starts throw `StateMachineDoesNotExist`, `InvalidName` and `InvalidExecutionInput`. */
export interface StateMachines {
  /** In the order of their declaration. */
  readonly all: readonly StateMachineSpec[];
  start(stateMachineArn: string, options: StartOptions): { readonly executionArn: string; readonly startDate: number };
  startSync(stateMachineArn: string, options: StartOptions): Promise<SyncExecution>;
}

/** The members of a request, as the SDK sends them. */
type Input = Readonly<Record<string, unknown>>;

interface Operation {
  /** The members that it takes, each with its maximum length or value. None where Express refuses the operation in any case. */
  readonly members?: Readonly<Record<string, number>>;
  readonly run: (input: Input) => unknown;
}

const startMembers = { stateMachineArn: 256, name: 80, input: 262_144 };

/**
 * The API of Step Functions for Express state machines. Errors have the names and texts that AWS was seen to answer.
 *
 * @see https://docs.aws.amazon.com/step-functions/latest/apireference/API_Operations.html
 */
export class StepFunctionsApi {
  readonly #stateMachines: StateMachines;
  /** All state machines of a stack are created when it starts. Seconds since 1970. */
  readonly #creationDate: number;
  readonly #operations: Readonly<Record<string, Operation>> = {
    StartExecution: { members: startMembers, run: (input) => this.#stateMachines.start(arnIn(input), startOptionsOf(input)) },
    StartSyncExecution: { members: startMembers, run: (input) => this.#startSync(arnIn(input), startOptionsOf(input)) },
    ListStateMachines: { members: { maxResults: 1_000, nextToken: 1_024 }, run: (input) => this.#list(input) },
    DescribeStateMachine: { members: { stateMachineArn: 256 }, run: (input) => this.#describe(this.#find(arnIn(input))) },
    ValidateStateMachineDefinition: { members: { definition: 1_048_576, type: 8, severity: 7, maxResults: 100 }, run: validateDefinition },
    ListExecutions: { run: (input) => refuseType(this.#find(arnIn(input))) },
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

/** Validates a definition for this runtime. AWS takes more: a field that AWS takes and this runtime does not is a diagnostic, too. */
function validateDefinition({ definition, type = "STANDARD", severity = "ERROR" }: Input): unknown {
  if (type !== "EXPRESS") throw validationError("The local Step Functions validates only definitions of the type EXPRESS.");
  if (severity !== "ERROR") throw validationError("The local Step Functions has no diagnostics but those of the severity ERROR.");
  try {
    compileDefinition(String(definition), isKnownResource);
    return { result: "OK", diagnostics: [], truncated: false };
  } catch (error) {
    if (!(error instanceof DefinitionError)) throw error;
    const isParsed = definition === "" || isJson(String(definition)); // AWS calls nothing at all no object
    const place = isParsed ? { code: "SCHEMA_VALIDATION_FAILED", location: error.location || "/" } : { code: "INVALID_JSON_DESCRIPTION" };
    return { result: "FAIL", diagnostics: [{ severity: "ERROR", ...place, message: error.message }], truncated: false };
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

function arnIn(input: Input): string {
  const type = resourceTypeOf(input, "stateMachineArn");
  if (type !== "stateMachine") throw invalidArn(`Resource type not valid in this context: ${type}`);
  return String(input["stateMachineArn"]);
}

/** The type of the resource that an ARN of Step Functions names, such as `stateMachine` or `express`. */
function resourceTypeOf(input: Input, member: "stateMachineArn" | "executionArn"): string {
  const arn = input[member];
  if (arn == null) throw constraint(`Value null at '${member}'`, "not be null");
  const [, type] = /^arn:[^:]*:states:[^:]*:[^:]*:([^:]+):.+$/.exec(String(arn)) ?? [];
  if (type === undefined) throw invalidArn(`Invalid ARN prefix: ${arn}`);
  return type;
}

/** Checks a request against Step Functions' model, and refuses a member that would do nothing here. */
function checkInput(operation: string, input: Input, members: Readonly<Record<string, number>>): void {
  const unknown = Object.keys(input).find((member) => input[member] != null && !Object.hasOwn(members, member));
  if (unknown !== undefined) throw validationError(`The local Step Functions does not simulate ${unknown} of ${operation}.`);
  for (const [member, max] of Object.entries(members)) {
    const value = input[member];
    if (value != null) checkMember(member, value, max);
    else if (["stateMachineArn", "definition"].includes(member)) throw constraint(`Value null at '${member}'`, "not be null");
  }
}

function checkMember(member: string, value: unknown, max: number): void {
  const type = member === "maxResults" ? "number" : "string";
  if (typeof value !== type) throw new AwsError("SerializationException", `${member} is not a ${type}.`);
  const at = `Value '${value}' at '${member}'`;
  if (typeof value === "number" && value > max) throw constraint(at, `have value less than or equal to ${max}`);
  if (typeof value !== "string") return;
  if (member === "input") {
    const message = `have size less than or equal to ${max} bytes in UTF-8 encoding`;
    if (Buffer.byteLength(value) > max) throw constraint("Value at 'input'", message);
  } else {
    if (value.length > max) throw constraint(at, `have length less than or equal to ${max}`);
    if (value === "" && member !== "definition") throw constraint(at, "have length greater than or equal to 1");
  }
}

function constraint(what: string, must: string): AwsError {
  return validationError(`1 validation error detected: ${what} failed to satisfy constraint: Member must ${must}`);
}

function validationError(message: string): AwsError {
  return new AwsError("ValidationException", message);
}

function invalidArn(what: string): AwsError {
  return new AwsError("InvalidArn", `Invalid Arn: '${what}'`);
}
