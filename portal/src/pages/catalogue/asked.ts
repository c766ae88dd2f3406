import { useCallback, useEffect, useState } from "react";

import { HubError } from "../../hub/client";
import type { Loaded } from "../../hub/loaded";

/** What `ask` gives, asked anew when `anew` changes. `ask` is a function of its module, so that it stays the same. */
export function useAsked<T>(ask: (signal: AbortSignal) => Promise<T>, anew: unknown): Loaded<T> {
  const [data, setData] = useState<T | null>(null);
  const [error, setError] = useState<HubError | null>(null);
  const [loading, setLoading] = useState(true);
  const [round, setRound] = useState(0);

  useEffect(() => {
    const control = new AbortController();
    setLoading(true);
    ask(control.signal)
      .then((answer) => {
        setData(answer);
        setError(null);
        setLoading(false);
      })
      .catch((caught: unknown) => {
        if (control.signal.aborted) return;
        setError(caught instanceof HubError ? caught : new HubError(0, "unreadable", String(caught)));
        setLoading(false);
      });
    return () => control.abort();
  }, [ask, anew, round]);

  const reload = useCallback(() => setRound((before) => before + 1), []);
  return { data, error, loading, reload };
}
