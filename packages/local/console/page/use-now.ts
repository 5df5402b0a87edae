import { useEffect, useState } from "preact/hooks";

/** The time, again and again while it is on. */
export function useNow(everyMilliseconds: number, isOn = true): number {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    if (!isOn) return undefined;
    const timer = setInterval(() => setNow(Date.now()), everyMilliseconds);
    return () => clearInterval(timer);
  }, [isOn]);
  return now;
}
