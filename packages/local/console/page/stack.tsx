import type { StackView } from "../model/console-api.ts";
import { count, withoutPrefix } from "../model/format.ts";
import { Table } from "./table.tsx";

const alarmClass = { OK: "done", ALARM: "error", INSUFFICIENT_DATA: "waiting" } as const;

export function StackPage({ stack }: { stack: StackView | undefined }) {
  if (stack === undefined) return <main class="page empty">Loading…</main>;
  const short = (name: string) => withoutPrefix(name, stack.stack);
  const { functions, roles, resources, settings, outputs, alarms } = stack;
  return (
    <main class="page" tabIndex={0}>
      <h1>Stack {stack.stack}</h1>
      <h2>Alarms</h2>
      <p class="detail">As they would stand on AWS, by what was counted since the runtime started.</p>
      <Table class="cards" head={["Alarm", "State", "Value", "Condition", "Metrics"]}>
        {alarms.map(({ name, description, state, value, condition, metrics, notCounted }) => (
          <tr key={name}>
            <th scope="row" title={description}>
              {short(name)}
            </th>
            <td>
              <span class={`pill ${state === undefined ? "" : alarmClass[state]}`}>{state ?? "not evaluated"}</span>
            </td>
            <td class="number">{value === undefined ? "–" : count(Number(value.toPrecision(3)))}</td>
            <td class="condition">{condition}</td>
            <td class="detail">{short(notCounted.length > 0 ? `Not known here: ${notCounted.join(", ")}` : metrics.join(", "))}</td>
          </tr>
        ))}
      </Table>
      <h2>Functions</h2>
      <Table head={["Function", "Memory, MiB", "Timeout, s", "Warm", "Busy", "Waiting calls"]}>
        {functions.map(({ name, memoryMiB, timeoutSeconds, warm, busy, waiting }) => (
          <tr key={name}>
            <th scope="row">{short(name)}</th>
            {[memoryMiB, timeoutSeconds, warm, busy, waiting].map((value, at) => (
              <td key={at} class="number">
                {value}
              </td>
            ))}
          </tr>
        ))}
      </Table>
      <h2>Permissions</h2>
      <p class="detail">What each role was granted, and whether a call has used it since the start.</p>
      <Table head={["Role", "Used", "Not used yet"]}>
        {roles.map(({ name, used, unused }) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td>{used.join(", ")}</td>
            <td class="detail">{unused.join(", ")}</td>
          </tr>
        ))}
      </Table>
      <h2>Settings</h2>
      <Members members={settings} />
      <h2>Outputs</h2>
      <Members members={outputs} />
      <h2>Resources, {resources.length}</h2>
      <Table>
        {resources.map(({ type, name, id }) => (
          <tr key={`${type} ${name}`}>
            <th scope="row">{name}</th>
            <td class="detail">{type}</td>
            <td>
              <code>{id}</code>
            </td>
          </tr>
        ))}
      </Table>
    </main>
  );
}

function Members({ members }: { members: Readonly<Record<string, unknown>> }) {
  return (
    <Table>
      {Object.entries(members).map(([name, value]) => (
        <tr key={name}>
          <th scope="row">{name}</th>
          <td>
            <code>{typeof value === "string" ? value : JSON.stringify(value)}</code>
          </td>
        </tr>
      ))}
    </Table>
  );
}
