/** What the parts of the page share: the last answer, the caller's access, and what somebody wants to see of both. */
import { createContext, type ReactNode, useCallback, useContext, useMemo, useState } from "react";

import type { GraphQLAnswer, HubError } from "../../hub/client";
import { type Loaded, useGet } from "../../hub/loaded";
import { useSession } from "../../hub/session";
import type { Access } from "../../hub/types";
import { type Told, toldOf } from "./told";

export interface Asked {
  readonly query: string;
  readonly operationName: string | null;
}

/** An answer with what was asked, and for which purpose. */
export interface Answered {
  readonly asked: Asked;
  readonly purpose: string | null;
  readonly answer: GraphQLAnswer<unknown>;
  readonly told: readonly Told[];
  /** The answer as the editor writes it. */
  readonly text: string;
}

/** Something to be shown; each wish is a new object, so that to wish the same again shows it again. */
export interface Wish {
  readonly what: string;
}

interface Explore {
  readonly running: boolean;
  readonly answered: Answered | null;
  readonly failure: HubError | null;
  readonly access: Loaded<Access>;
  readonly begin: () => void;
  readonly end: (asked: Asked, answer: GraphQLAnswer<unknown>) => void;
  readonly fail: (error: HubError) => void;
  /** Forget a failure, when the hub has answered again. */
  readonly recover: () => void;
  /** The coordinate to be shown in "My access". */
  readonly field: Wish | null;
  readonly showField: (coordinate: string) => void;
  /** What is told that is to be shown in the list beneath the result. */
  readonly explained: Wish | null;
  readonly explain: (id: string) => void;
}

const Context = createContext<Explore | null>(null);

export function ExploreProvider({ children }: { children: ReactNode }) {
  const { session } = useSession();
  const { purpose } = session;
  const access = useGet<Access>("/explore/api/access", purpose);
  const [running, setRunning] = useState(false);
  const [answered, setAnswered] = useState<Answered | null>(null);
  const [failure, setFailure] = useState<HubError | null>(null);
  const [field, setField] = useState<Wish | null>(null);
  const [explained, setExplained] = useState<Wish | null>(null);

  const begin = useCallback(() => {
    setRunning(true);
    setAnswered(null);
    setFailure(null);
    setExplained(null);
  }, []);
  const end = useCallback(
    (asked: Asked, answer: GraphQLAnswer<unknown>) => {
      setRunning(false);
      const told = toldOf(answer.errors, answer.extensions);
      setAnswered({ asked, purpose, answer, told, text: JSON.stringify(answer.body, null, 2) });
    },
    [purpose],
  );
  const fail = useCallback((error: HubError) => {
    setRunning(false);
    setFailure(error);
  }, []);
  const recover = useCallback(() => setFailure(null), []);
  const showField = useCallback((what: string) => setField({ what }), []);
  const explain = useCallback((what: string) => setExplained({ what }), []);

  const value = useMemo(
    () => ({ running, answered, failure, access, begin, end, fail, recover, field, showField, explained, explain }),
    [running, answered, failure, access, begin, end, fail, recover, field, showField, explained, explain],
  );
  return <Context value={value}>{children}</Context>;
}

export function useExplore(): Explore {
  const value = useContext(Context);
  if (value === null) throw new Error("useExplore is called outside of ExploreProvider.");
  return value;
}
