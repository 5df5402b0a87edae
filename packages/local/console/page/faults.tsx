import { useEffect, useState } from "preact/hooks";
import type { Fault, FaultKind, StackView } from "../model/console-api.ts";
import { count, counted, withoutPrefix } from "../model/format.ts";
import { jsonBody } from "./api.ts";
import { Table } from "./table.tsx";

const titles: Readonly<Record<FaultKind, string>> = {
  fail: "fails with an error",
  slow: "answers late",
  hang: "never answers",
  "out-of-memory": "runs out of memory",
  throttle: "is throttled",
  deny: "denies the permission",
  lose: "are lost on their way",
  duplicate: "run twice",
};

/** By the first word of a target. */
const kinds: Readonly<Record<string, readonly FaultKind[]>> = {
  function: ["fail", "slow", "hang", "out-of-memory", "throttle"],
  service: ["fail", "slow", "hang", "throttle", "deny"],
  executions: ["lose", "duplicate"],
};

const services = [
  ["dynamodb", "DynamoDB"],
  ["s3", "S3"],
  ["states", "Step Functions"],
] as const;

export function FaultsPage({ stack }: { stack: StackView | undefined }) {
  const [faults, setFaults] = useState<readonly Fault[]>([]);
  const put = async (next: readonly Fault[]) => {
    const response = await fetch("/console/api/faults", { method: "PUT", ...jsonBody(next) });
    setFaults(await response.json());
  };
  useEffect(() => {
    const read = () => void fetch("/console/api/faults").then(async (answer) => setFaults(await answer.json()));
    read();
    const timer = setInterval(read, 1_000);
    return () => clearInterval(timer);
  }, []);
  const targets = [
    ...(stack?.functions ?? []).map(({ name }) => [`function ${name}`, `Function ${withoutPrefix(name, stack?.stack)}`] as const),
    ...services.map(([service, title]) => [`service ${service}`, title] as const),
    ["executions", "Executions"] as const,
  ];
  return (
    <main class="page" tabIndex={0}>
      <h1>Faults</h1>
      <p class="detail">Switch a fault on, submit a document, and see what the pipeline makes of it. All are off after a restart.</p>
      {faults.length > 0 && (
        <button type="button" onClick={() => void put([])}>
          Switch all off
        </button>
      )}
      <Table class="faults cards" head={["Target", "Fault", "Switch"]}>
        {targets.map(([target, title]) => (
          <TargetRow key={target} target={target} title={title} faults={faults} put={put} />
        ))}
      </Table>
    </main>
  );
}

const titleOf = ({ kind, error, milliseconds, operation, calls }: Fault): string =>
  [kind, error, milliseconds && `${count(milliseconds)} ms`, operation, calls && `· ${counted(calls, "call")}`].filter(Boolean).join(" ");

interface RowProps {
  readonly target: string;
  readonly title: string;
  readonly faults: readonly Fault[];
  put(faults: readonly Fault[]): Promise<void>;
}

function TargetRow({ target, title, faults, put }: RowProps) {
  const [group = ""] = target.split(" ");
  const choices = kinds[group] ?? [];
  const [kind, setKind] = useState<FaultKind>(choices[0] ?? "fail");
  const [error, setError] = useState("");
  const [operation, setOperation] = useState("");
  const [milliseconds, setMilliseconds] = useState("3000");
  const [calls, setCalls] = useState("");
  const on = faults.filter((fault) => fault.target === target);
  const switchOn = () => {
    const fault: Fault = {
      ...{ target, kind },
      ...(kind === "fail" && error !== "" && { error }),
      ...(operation !== "" && { operation }),
      ...(kind === "slow" && { milliseconds: Number(milliseconds) }),
      ...(calls !== "" && { calls: Number(calls) }),
    };
    void put([...faults.filter((other) => other.target !== target || other.kind !== kind || other.operation !== fault.operation), fault]);
  };
  return (
    <tr>
      <th scope="row">{title}</th>
      <td>
        <select aria-label={`Fault of ${title}`} value={kind} onChange={({ currentTarget }) => setKind(currentTarget.value as FaultKind)}>
          {choices.map((name) => (
            <option key={name} value={name}>
              {titles[name]}
            </option>
          ))}
        </select>
        {kind === "fail" && <Field name="Error" title={title} value={error} placeholder="error name" set={setError} />}
        {kind === "slow" && <Field name="Milliseconds" title={title} value={milliseconds} type="number" set={setMilliseconds} />}
        {group === "service" && (
          <Field
            name="Operation"
            title={title}
            value={operation}
            placeholder="all operations"
            set={(given) => setOperation(given.trim())}
          />
        )}
        <Field name="Calls" title={title} value={calls} placeholder="all calls" type="number" set={setCalls} />
      </td>
      <td>
        <button type="button" onClick={switchOn}>
          Switch on
        </button>
        {on.map((fault) => (
          <button
            key={JSON.stringify(fault)}
            type="button"
            class="chip bad"
            onClick={() => void put(faults.filter((other) => other !== fault))}
          >
            {titleOf(fault)} ✕<span class="hidden"> switch off</span>
          </button>
        ))}
      </td>
    </tr>
  );
}

interface FieldProps extends Readonly<Record<"name" | "title" | "value", string>> {
  readonly placeholder?: string;
  readonly type?: "number";
  set(given: string): void;
}

function Field({ name, title, type, set, ...rest }: FieldProps) {
  const input = {
    ...rest,
    "aria-label": `${name} of ${title}`,
    onInput: (event: InputEvent) => set((event.target as HTMLInputElement).value),
  };
  return type === "number" ? <input type="number" min={1} {...input} /> : <input {...input} />;
}
