/** Who is signed in, and what for. */
import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useState } from "react";

import { get, HubError, post } from "./client";
import { remember, remembered, renew, signInAddress } from "./renewal";
import type { Asking, SessionState } from "./types";

const NOBODY: SessionState = { signedIn: false, person: null, purpose: null, purposes: [] };

interface Session {
  readonly session: SessionState;
  /** Whether the hub has yet to say who is signed in. */
  readonly loading: boolean;
  /** Why the hub did not say it. */
  readonly error: HubError | null;
  /** Go to the hub's sign-in page, and come back to where we are; `anew` lets another person sign in. */
  readonly signIn: (asking?: string | Asking, anew?: boolean) => void;
  readonly signOut: () => Promise<void>;
  /** Ask for another purpose, in the background where the hub lets us. */
  readonly changePurpose: (asking: string | Asking) => Promise<void>;
  readonly refresh: () => Promise<void>;
}

const Context = createContext<Session | null>(null);

export function SessionProvider({ children }: { children: ReactNode }) {
  const [session, setSession] = useState(NOBODY);
  const [loading, setLoading] = useState(true);
  const [error, setError] = useState<HubError | null>(null);

  const refresh = useCallback(async () => {
    try {
      const read = await get<SessionState>("/explore/session");
      setSession({ ...NOBODY, ...read });
      remember(askingOf(read));
      setError(null);
    } catch (caught) {
      if (!(caught instanceof HubError)) throw caught;
      setSession(NOBODY);
      setError(caught);
    } finally {
      setLoading(false);
    }
  }, []);

  useEffect(() => void refresh(), [refresh]);

  const signIn = useCallback((asking?: string | Asking, anew = false) => {
    location.assign(signInAddress(asAsking(asking) ?? remembered(), location.hash || "#/explore", anew));
  }, []);

  const signOut = useCallback(async () => {
    await post("/explore/sign-out");
    remember(null);
    await refresh();
  }, [refresh]);

  const changePurpose = useCallback(
    async (asking: string | Asking) => {
      const asked = asAsking(asking);
      if (await renew(asked)) await refresh();
      else location.assign(signInAddress(asked, location.hash || "#/explore"));
    },
    [refresh],
  );

  const value = useMemo(
    () => ({ session, loading, error, signIn, signOut, changePurpose, refresh }),
    [session, loading, error, signIn, signOut, changePurpose, refresh],
  );
  return <Context value={value}>{children}</Context>;
}

export function useSession(): Session {
  const value = useContext(Context);
  if (value === null) throw new Error("useSession is called outside of SessionProvider.");
  return value;
}

function asAsking(asking: string | Asking | undefined): Asking | null {
  return typeof asking === "string" ? { purpose: asking } : (asking ?? null);
}

function askingOf({ purpose, legalBasis, caseNo }: SessionState): Asking | null {
  if (!purpose) return null;
  return { purpose, ...(legalBasis ? { legalBasis } : {}), ...(caseNo ? { caseNo } : {}) };
}
