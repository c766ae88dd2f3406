import { useState } from "react";

import { useText } from "../../i18n";
import { Failure, Notice, Page, Spinner } from "../../ui";
import { seenWith, type Health as Told, type Seen } from "./health";
import { Plots } from "./plots";
import { usePolled } from "./polling";
import { Caches, Sources, Stages } from "./tables";
import { answered, INTRO, NOT_YET, OTHERS, PAUSE, REFRESH, TITLE } from "./texts";
import { Tiles } from "./tiles";
import "./health.css";

const EVERY = 5_000;

/** How the hub runs: what one of its workers tells of itself. */
export default function Health() {
  const text = useText();
  const [told, setTold] = useState<Told | null>(null);
  const [seen, setSeen] = useState<ReadonlyMap<string, Seen>>(new Map());
  const [isPaused, setPaused] = useState(() => matchMedia("(prefers-reduced-motion: reduce)").matches);
  const { error, ask } = usePolled<Told>("/explore/api/health", EVERY, isPaused, (read) => {
    setTold(read);
    setSeen((before) => seenWith(before, read));
  });
  const actions = (
    <>
      {isPaused && (
        <button type="button" className="button" onClick={() => void ask()}>
          {text(REFRESH)}
        </button>
      )}
      <button type="button" className="button" aria-pressed={isPaused} onClick={() => setPaused(!isPaused)}>
        {text(PAUSE)}
      </button>
    </>
  );
  return (
    <Page title={text(TITLE)} intro={text(INTRO)} actions={actions}>
      {error && <Failure error={error} onRetry={() => void ask()} />}
      {!told && !error && <Spinner />}
      {told && (
        <>
          <p className="health-worker">
            <strong>{text(answered(told.worker, told.at.slice(11, 19)))}</strong>{" "}
            <span className="muted">{text(OTHERS)}</span>
          </p>
          {told.pool === null && <Notice kind="info">{text(NOT_YET)}</Notice>}
          <Tiles told={told} />
          <Plots told={told} seen={seen.get(told.worker)?.moments ?? []} />
          <Sources sources={told.sources} />
          <div className="health-tables">
            <Stages stages={told.stages} />
            <Caches told={told} />
          </div>
        </>
      )}
    </Page>
  );
}
