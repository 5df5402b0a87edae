import type { ComponentChildren } from "preact";

/** A table of rows, with a head where it has columns to name. */
export const Table = ({ head, children, ...rest }: { head?: readonly string[]; class?: string; children: ComponentChildren }) => (
  <table {...rest}>
    {head && (
      <thead>
        <tr>
          {head.map((name) => (
            <th key={name} scope="col">
              {name}
            </th>
          ))}
        </tr>
      </thead>
    )}
    <tbody>{children}</tbody>
  </table>
);
