import { useEffect, useState } from "react";

import { useAsking } from "../../frame/asking";
import { useGet } from "../../hub/loaded";
import { useSession } from "../../hub/session";
import type { Sample } from "../../hub/types";
import { useText } from "../../i18n";
import { TRY_AGAIN } from "../../i18n/common";
import { Icon } from "../../ui";
import * as say from "./texts";

interface SamplesProps {
  readonly onChoose: (sample: Sample) => void;
  /** Called with the first sample, for an editor that is empty. */
  readonly onOffer: (sample: Sample) => void;
}

/** Sample queries as a row of buttons: one loads it into the editor and runs it. */
export function Samples({ onChoose, onOffer }: SamplesProps) {
  const text = useText();
  const { data, error, reload } = useGet<readonly Sample[]>("/explore/samples");
  const [chosen, setChosen] = useState<Sample | null>(null);
  const first = data?.[0];
  useEffect(() => {
    if (first) onOffer(first);
  }, [first, onOffer]);
  return (
    <div className="samples">
      <div className="samples-row" role="group" aria-label={text(say.SAMPLES_LABEL)}>
        <span className="samples-title" aria-hidden="true">
          {text(say.SAMPLES)}
        </span>
        {error && (
          <span role="alert">
            {text(say.SAMPLES_FAILED)}{" "}
            <button type="button" className="link-button" onClick={reload}>
              {text(TRY_AGAIN)}
            </button>
          </span>
        )}
        {data?.map((each) => (
          <button
            key={each.id}
            type="button"
            className="chip"
            aria-pressed={chosen?.id === each.id}
            title={each.about && text(each.about)}
            onClick={() => {
              setChosen(each);
              onChoose(each);
            }}
          >
            <Icon name="play" />
            {text(each.title)}
          </button>
        ))}
      </div>
      {chosen && <About sample={chosen} />}
    </div>
  );
}

function About({ sample }: { sample: Sample }) {
  const text = useText();
  const { session } = useSession();
  const { askFor, changing } = useAsking();
  const purpose = session.purposes.find((each) => each.id === sample.purpose);
  const other = purpose !== undefined && purpose.id !== session.purpose;
  if (!sample.about && !other) return null;
  return (
    <p className="samples-about">
      {sample.about && <span>{text(sample.about)}</span>}
      {other && (
        <span>
          {text(say.SAMPLE_PURPOSE(purpose))}{" "}
          <button type="button" className="link-button" disabled={changing} onClick={() => askFor(purpose.id)}>
            {text(say.USE_PURPOSE(purpose))}
          </button>
        </span>
      )}
    </p>
  );
}
