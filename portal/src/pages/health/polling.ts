import { useCallback, useEffect, useRef, useState } from "react";

import { get, HubError } from "../../hub/client";

/** What an address gives, asked at once, and every so often while the page can be seen and is not paused. */
export function usePolled<T>(path: string, every: number, isPaused: boolean, onRead: (read: T) => void) {
  const [error, setError] = useState<HubError | null>(null);
  const taken = useRef(onRead);
  taken.current = onRead;

  const ask = useCallback(
    async (signal?: AbortSignal) => {
      try {
        taken.current(await get<T>(path, signal));
        setError(null);
      } catch (caught) {
        if (signal?.aborted) return;
        setError(caught instanceof HubError ? caught : new HubError(0, "unreadable", String(caught)));
      }
    },
    [path],
  );

  useEffect(() => {
    if (isPaused) return undefined;
    const control = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    // one after the other: a hub that is slow is not asked twice at once
    const turn = async () => {
      clearTimeout(timer);
      if (!document.hidden) await ask(control.signal);
      if (!control.signal.aborted) timer = setTimeout(() => void turn(), every);
    };
    const onShown = () => {
      if (!document.hidden) void turn();
    };
    document.addEventListener("visibilitychange", onShown);
    timer = setTimeout(() => void turn(), every);
    return () => {
      control.abort();
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", onShown);
    };
  }, [ask, every, isPaused]);

  useEffect(() => {
    const control = new AbortController();
    void ask(control.signal);
    return () => control.abort();
  }, [ask]);

  return { error, ask };
}
