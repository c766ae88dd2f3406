/** Changing the purpose from anywhere on the page; a purpose that needs more to be said is asked for in a dialog. */
import { createContext, type FormEvent, type ReactNode, useCallback, useContext, useMemo, useState } from "react";

import { HubError } from "../hub/client";
import { useSession } from "../hub/session";
import type { Asking, Purpose } from "../hub/types";
import { useText } from "../i18n";
import { CANCEL } from "../i18n/common";
import { Dialog, Failure } from "../ui";
import { ASK_FOR_PURPOSE, NEEDS, NEEDS_INTRO, NEEDS_TITLE } from "./texts";

interface AskingContext {
  readonly changing: boolean;
  /** Ask for the purpose of this id; who is not signed in is led to sign in for it. */
  readonly askFor: (purpose: string) => void;
}

const Context = createContext<AskingContext | null>(null);

export function AskingProvider({ children }: { children: ReactNode }) {
  const { session, changePurpose, signIn } = useSession();
  const [needed, setNeeded] = useState<Purpose | null>(null);
  const [changing, setChanging] = useState(false);
  const [failed, setFailed] = useState<{ error: HubError; asking: Asking } | null>(null);

  const change = useCallback(
    async (asking: Asking) => {
      setNeeded(null);
      if (!session.signedIn) {
        signIn(asking);
        return;
      }
      setChanging(true);
      setFailed(null);
      try {
        await changePurpose(asking);
      } catch (caught) {
        const error = caught instanceof HubError ? caught : new HubError(0, "unreachable", String(caught));
        setFailed({ error, asking });
      } finally {
        setChanging(false);
      }
    },
    [session.signedIn, changePurpose, signIn],
  );

  const askFor = useCallback(
    (id: string) => {
      const purpose = session.purposes.find((each) => each.id === id);
      if (purpose && purpose.needs.length > 0) setNeeded(purpose);
      else void change({ purpose: id });
    },
    [session.purposes, change],
  );

  const value = useMemo(() => ({ changing, askFor }), [changing, askFor]);
  return (
    <Context value={value}>
      {children}
      {needed && (
        <NeedsDialog purpose={needed} onAsk={(asking) => void change(asking)} onClose={() => setNeeded(null)} />
      )}
      {failed && (
        <div className="toast">
          <Failure error={failed.error} onRetry={() => void change(failed.asking)} />
        </div>
      )}
    </Context>
  );
}

export function useAsking(): AskingContext {
  const value = useContext(Context);
  if (value === null) throw new Error("useAsking is called outside of AskingProvider.");
  return value;
}

interface NeedsProps {
  readonly purpose: Purpose;
  readonly onAsk: (asking: Asking) => void;
  readonly onClose: () => void;
}

function NeedsDialog({ purpose, onAsk, onClose }: NeedsProps) {
  const text = useText();

  const onSubmit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const given = new FormData(event.currentTarget);
    const named = purpose.needs.map((need) => [need, String(given.get(need) ?? "").trim()]);
    onAsk({ purpose: purpose.id, ...Object.fromEntries(named) });
  };

  return (
    <Dialog title={text(NEEDS_TITLE)} onClose={onClose}>
      <form className="form" onSubmit={onSubmit}>
        <p>
          <strong>{text(purpose)}</strong>
        </p>
        <p className="muted">{text(NEEDS_INTRO)}</p>
        {purpose.needs.map((need) => (
          <div className="field" key={need}>
            <label htmlFor={`needs-${need}`}>{text(NEEDS[need])}</label>
            <input id={`needs-${need}`} name={need} className="input" required maxLength={200} autoComplete="off" />
          </div>
        ))}
        <div className="actions">
          <button type="submit" className="button primary">
            {text(ASK_FOR_PURPOSE)}
          </button>
          <button type="button" className="button" onClick={onClose}>
            {text(CANCEL)}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
