import { useEffect, useState } from "preact/hooks";
import type { Fault, FaultKind, StackView } from "../model/console-api.ts";

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
    ["throttle", "is throttled"],
    ["deny", "denies the permission"],
  ],
  executions: [
    ["lose", "are lost on their way"],
    ["duplicate", "run twice"],
  ],
};

const services = ["dynamodb", "s3", "states"];

const json = { "Content-Type": "application/json" };

export function FaultsPage({ stack }: { stack: StackView | undefined }) {
  const [faults, setFaults] = useState<readonly Fault[]>([]);
  const put = async (next: readonly Fault[]) => {
    const response = await fetch("/console/api/faults", { method: "PUT", headers: json, body: JSON.stringify(next) });
    setFaults(await response.json());
  };
  useEffect(() => {
    const read = () => void fetch("/console/api/faults").then(async (answer) => setFaults(await answer.json()));
    read();
    const timer = setInterval(read, 1_000);
    return () => clearInterval(timer);
  }, []);
  const targets = [
    ...(stack?.functions ?? []).map(({ name }) => `function ${name}`),
    ...services.map((service) => `service ${service}`),
    "executions",
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
      <table class="faults">
        <thead>
          <tr>
            <th scope="col">Target</th>
            <th scope="col">Fault</th>
            <th scope="col">Switch</th>
          </tr>
        </thead>
        <tbody>
          {targets.map((target) => (
            <TargetRow key={target} target={target} faults={faults} put={put} />
          ))}
        </tbody>
      </table>
    </main>
  );
}

interface RowProps {
  readonly target: string;
  readonly faults: readonly Fault[];
  put(faults: readonly Fault[]): Promise<void>;
}

function TargetRow({ target, faults, put }: RowProps) {
  const [group = ""] = target.split(" ");
  const choices = kinds[group] ?? [];
  const [kind, setKind] = useState<FaultKind>(choices[0]?.[0] ?? "fail");
  const [error, setError] = useState("Lambda.ServiceException");
  const [milliseconds, setMilliseconds] = useState(3_000);
  const [calls, setCalls] = useState("");
  const on = faults.filter((fault) => fault.target === target);
  const switchOn = () => {
    const fault: Fault = {
      ...{ target, kind },
      ...(kind === "fail" && { error }),
      ...(kind === "slow" && { milliseconds }),
      ...(calls !== "" && { calls: Number(calls) }),
    };
    void put([...faults.filter((other) => other.target !== target || other.kind !== kind), fault]);
  };
  return (
    <tr>
      <th scope="row">{target}</th>
      <td>
        <select aria-label={`Fault of ${target}`} value={kind} onChange={({ currentTarget }) => setKind(currentTarget.value as FaultKind)}>
          {choices.map(([name, title]) => (
            <option key={name} value={name}>
              {title}
            </option>
          ))}
        </select>
        {kind === "fail" && (
          <input aria-label={`Error of ${target}`} value={error} onInput={({ currentTarget }) => setError(currentTarget.value)} />
        )}
        {kind === "slow" && (
          <input
            type="number"
            min={1}
            aria-label={`Milliseconds of ${target}`}
            value={milliseconds}
            onInput={({ currentTarget }) => setMilliseconds(Number(currentTarget.value))}
          />
        )}
        <input
          type="number"
          min={1}
          placeholder="all calls"
          aria-label={`Calls of ${target}`}
          value={calls}
          onInput={({ currentTarget }) => setCalls(currentTarget.value)}
        />
      </td>
      <td>
        <button type="button" onClick={switchOn}>
          Switch on
        </button>
        {on.map((fault) => (
          <button key={fault.kind} type="button" class="chip bad" onClick={() => void put(faults.filter((other) => other !== fault))}>
            {fault.kind}
            {fault.calls === undefined ? "" : `, ${fault.calls} calls`} ✕<span class="hidden"> switch off</span>
          </button>
        ))}
      </td>
    </tr>
  );
}
