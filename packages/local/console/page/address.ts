import { useEffect, useState } from "preact/hooks";

export type View = "jobs" | "faults" | "stack";

/** The part of the page that its address names, so that it can be reloaded and shared. */
export interface Address {
  readonly view: View;
  readonly jobId: string | undefined;
  readonly state: string | undefined;
  readonly tab: string | undefined;
}

function addressNow(): Address {
  const [, , view = "", jobId] = location.pathname.split("/");
  const query = new URLSearchParams(location.search);
  return {
    view: view === "faults" || view === "stack" ? view : "jobs",
    jobId: jobId ? decodeURIComponent(jobId) : undefined,
    state: query.get("state") ?? undefined,
    tab: query.get("tab") ?? undefined,
  };
}

function pathTo({ view, jobId, state, tab }: Partial<Address>): string {
  const query = new URLSearchParams({ ...(state && { state }), ...(tab && { tab }) }).toString();
  return `/console/${view ?? "jobs"}${jobId === undefined ? "" : `/${encodeURIComponent(jobId)}`}${query && `?${query}`}`;
}

/** Changes the address; a change within one job leaves no step in the history. */
export function go(address: Partial<Address>, { replace = false } = {}): void {
  history[replace ? "replaceState" : "pushState"](null, "", pathTo(address));
  dispatchEvent(new Event("popstate"));
}

/** Of a link: changes the page without loading it. */
export const link = (address: Partial<Address>) => ({
  href: pathTo(address),
  onClick: (event: MouseEvent) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    go(address);
  },
});

export function useAddress(): Address {
  const [address, setAddress] = useState(addressNow);
  useEffect(() => {
    const changed = () => setAddress(addressNow());
    addEventListener("popstate", changed);
    return () => removeEventListener("popstate", changed);
  }, []);
  return address;
}
