import { useEffect, useState } from "preact/hooks";
import type { Fault, FaultKind, StackView } from "../model/console-api.ts";
import { count, counted, withoutPrefix } from "../model/format.ts";
import { jsonBody } from "./api.ts";
import { Table } from "./table.tsx";

const kinds: Readonly<Record<string, readonly (readonly [FaultKind, string])[]>> = {
  function: [
    ["fail", "fails with an error"],
    ["slow", "answers late"],
    ["hang", "never answers"],
    ["out-of-memory", "runs out of memory"],
    ["throttle", "is throttled"],
  ],
  service: [
    ["fail", "fails with an error"],
    ["slow", "answers late"],
    ["hang", "never answers"],
    ["throttle", "is throttled"],
    ["deny", "denies the permission"],
  ],
  executions: [
    ["lose", "are lost on their way"],
    ["duplicate", "run twice"],
  ],
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
  const [kind, setKind] = useState<FaultKind>(choices[0]?.[0] ?? "fail");
  const [error, setError] = useState("");
  const [operation, setOperation] = useState("");
  const [milliseconds, setMilliseconds] = useState(3_000);
  const [calls, setCalls] = useState("");
  const on = faults.filter((fault) => fault.target === target);
  const switchOn = () => {
    const fault: Fault = {
      ...{ target, kind },
      ...(kind === "fail" && error !== "" && { error }),
      ...(operation !== "" && { operation }),
      ...(kind === "slow" && { milliseconds }),
      ...(calls !== "" && { calls: Number(calls) }),
    };
    void put([...faults.filter((other) => other.target !== target || other.kind !== kind || other.operation !== fault.operation), fault]);
  };
  return (
    <tr>
      <th scope="row">{title}</th>
      <td>
        <select aria-label={`Fault of ${title}`} value={kind} onChange={({ currentTarget }) => setKind(currentTarget.value as FaultKind)}>
          {choices.map(([name, title]) => (
            <option key={name} value={name}>
              {title}
            </option>
          ))}
        </select>
        {kind === "fail" && (
          <input
            placeholder="error name"
            aria-label={`Error of ${title}`}
            value={error}
            onInput={({ currentTarget }) => setError(currentTarget.value)}
          />
        )}
        {kind === "slow" && (
          <input
            type="number"
            min={1}
            aria-label={`Milliseconds of ${title}`}
            value={milliseconds}
            onInput={({ currentTarget }) => setMilliseconds(Number(currentTarget.value))}
          />
        )}
        {group === "service" && (
          <input
            placeholder="all operations"
            aria-label={`Operation of ${title}`}
            value={operation}
            onInput={({ currentTarget }) => setOperation(currentTarget.value.trim())}
          />
        )}
        <input
          type="number"
          min={1}
          placeholder="all calls"
          aria-label={`Calls of ${title}`}
          value={calls}
          onInput={({ currentTarget }) => setCalls(currentTarget.value)}
        />
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
