import { type ChangeEvent, type FormEvent, useId, useRef } from "react";

import { type Text, useText } from "../../i18n";
import { Failure, Notice, Spinner } from "../../ui";
import { type Difference, tally } from "./changes";
import { Changes } from "./difference";
import type { Proposal } from "./proposal";
import { PROPOSED, summary } from "./texts";

/** Take the source of a policy, and show what it would change. */
export function Proposed({ proposal: { source, setSource, state, compare } }: { proposal: Proposal }) {
  const text = useText();
  const id = useId();
  const file = useRef<HTMLInputElement>(null);

  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    void compare(source);
  };
  const onChoose = async (event: ChangeEvent<HTMLInputElement>) => {
    const chosen = event.target.files?.[0];
    event.target.value = "";
    if (!chosen) return;
    const policy = await chosen.text();
    setSource(policy);
    await compare(policy);
  };

  return (
    <div className="stack">
      <form className="card form" onSubmit={onSubmit}>
        <p>{text(PROPOSED.intro)}</p>
        <div className="field">
          <label htmlFor={id}>{text(PROPOSED.label)}</label>
          <textarea
            id={id}
            className="input proposed-source"
            value={source}
            placeholder={'{"spec": 1, "owner": "…", "policyId": "…/…", …}'}
            spellCheck={false}
            autoComplete="off"
            aria-invalid={state.is === "empty"}
            aria-describedby={`${id}-kept`}
            onChange={(event) => setSource(event.target.value)}
          />
        </div>
        {state.is === "empty" && (
          <p className="proposed-empty" role="alert">
            {text(PROPOSED.empty)}
          </p>
        )}
        <div className="actions">
          <button type="submit" className="button primary">
            {text(PROPOSED.compare)}
          </button>
          <button type="button" className="button" onClick={() => file.current?.click()}>
            {text(PROPOSED.file)}
          </button>
          <input
            ref={file}
            type="file"
            hidden
            accept=".json,application/json"
            aria-label={text(PROPOSED.file)}
            onChange={(event) => void onChoose(event)}
          />
          <span id={`${id}-kept`} className="muted">
            {text(PROPOSED.kept)}
          </span>
        </div>
      </form>
      <p className="visually-hidden" role="status">
        {state.is === "compared" && text(heard(state.difference))}
      </p>
      {state.is === "comparing" && <Spinner label={text(PROPOSED.comparing)} />}
      {state.is === "failed" && <Failure error={state.error} onRetry={() => void compare(source)} />}
      {state.is === "compared" && <Told difference={state.difference} />}
    </div>
  );
}

function heard({ changes, problems }: Difference): Text {
  return summary(tally(changes), problems.length);
}

function Told({ difference }: { difference: Difference }) {
  const text = useText();
  const { compared, changes, problems } = difference;
  const same = compared && changes.length === 0;
  return (
    <>
      <Notice
        kind={compared && problems.length === 0 ? "good" : "warn"}
        title={difference.policyId && `${difference.policyId} #${difference.version ?? "?"}`}
      >
        {!compared && <p>{text(PROPOSED.stopped)}</p>}
        {same && <p>{text(PROPOSED.same)}</p>}
        <p>{text(heard(difference))}</p>
      </Notice>
      <Changes difference={difference} />
    </>
  );
}
