import type { StackView } from "../model/console-api.ts";

export function StackPage({ stack }: { stack: StackView | undefined }) {
  if (stack === undefined) return <main class="page empty">Loading…</main>;
  const { functions, roles, resources, settings, outputs } = stack;
  return (
    <main class="page" tabIndex={0}>
      <h1>Stack {stack.stack}</h1>
      <h2>Functions</h2>
      <table>
        <thead>
          <tr>
            {["Function", "Memory, MiB", "Timeout, s", "Warm", "Busy", "Waiting calls"].map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {functions.map(({ name, memoryMiB, timeoutSeconds, warm, busy, waiting }) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              {[memoryMiB, timeoutSeconds, warm, busy, waiting].map((value, at) => (
                <td key={at} class="number">
                  {value}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      <h2>Permissions</h2>
      <p class="detail">What each role was granted, and whether a call has used it since the start.</p>
      <table>
        <thead>
          <tr>
            <th scope="col">Role</th>
            <th scope="col">Used</th>
            <th scope="col">Not used yet</th>
          </tr>
        </thead>
        <tbody>
          {roles.map(({ name, used, unused }) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>{used.join(", ")}</td>
              <td class="detail">{unused.join(", ")}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <h2>Settings</h2>
      <Members members={settings} />
      <h2>Outputs</h2>
      <Members members={outputs} />
      <h2>Resources, {resources.length}</h2>
      <table>
        <tbody>
          {resources.map(({ type, name, id }) => (
            <tr key={`${type} ${name}`}>
              <th scope="row">{name}</th>
              <td class="detail">{type}</td>
              <td>
                <code>{id}</code>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </main>
  );
}

function Members({ members }: { members: Readonly<Record<string, unknown>> }) {
  return (
    <table>
      <tbody>
        {Object.entries(members).map(([name, value]) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td>
              <code>{typeof value === "string" ? value : JSON.stringify(value)}</code>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
