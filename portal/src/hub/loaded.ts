/** Something read from the hub for a page, read anew when what it depends on changes. */
import { useCallback, useEffect, useState } from "react";

import { get, HubError } from "./client";

export interface Loaded<T> {
  readonly data: T | null;
  readonly error: HubError | null;
  readonly loading: boolean;
  readonly reload: () => void;
}

/** GET `path` as JSON; null reads nothing. `anew` reads again when it changes, e.g. the session's purpose. */
export function useGet<T>(path: string | null, anew?: unknown): Loaded<T> {
  const [data, setData] = useState<T | null>(null);
  const [error, setError] = useState<HubError | null>(null);
  const [loading, setLoading] = useState(path !== null);
  const [round, setRound] = useState(0);

  useEffect(() => {
    if (path === null) return undefined;
    const control = new AbortController();
    setLoading(true);
    get<T>(path, control.signal)
      .then((read) => {
        setData(read);
        setError(null);
        setLoading(false);
      })
      .catch((caught: unknown) => {
        if (control.signal.aborted) return;
        setError(caught instanceof HubError ? caught : new HubError(0, "unreadable", String(caught)));
        setLoading(false);
      });
    return () => control.abort();
  }, [path, anew, round]);

  const reload = useCallback(() => setRound((before) => before + 1), []);
  return { data, error, loading, reload };
}
