import { useEffect, useId, useRef, useState } from "react";

import { merged } from "../../access/merged";
import { answerText } from "../../access/words";
import type { AccessAnswer } from "../../hub/types";
import { useText } from "../../i18n";
import { Badge } from "../../ui";
import type { AccessField } from "./access-groups";
import { Decider } from "./decider";
import { Help } from "./help";
import { useExplore } from "./state";
import * as say from "./texts";

/** A field with its badge; opened, why, by which rule of which policy, and what would help. */
export function AccessFieldItem({ field: { coordinate, name, access } }: { field: AccessField }) {
  const { field: wish } = useExplore();
  const [open, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const details = useId();

  useEffect(() => {
    if (wish?.what !== coordinate) return;
    setOpen(true);
    button.current?.scrollIntoView({ block: "center" });
    button.current?.focus();
  }, [wish, coordinate]);

  return (
    <li className="access-field">
      <button type="button" ref={button} aria-expanded={open} aria-controls={details} onClick={() => setOpen(!open)}>
        <span className="mono">{name}</span>
        <Badge outcome={access.outcome} />
      </button>
      <div id={details} hidden={!open} className="access-why">
        {open && merged(access.answers).map((each) => <Answer key={each.providers.join()} answer={each} />)}
      </div>
    </li>
  );
}

function Answer({ answer }: { answer: AccessAnswer }) {
  const text = useText();
  return (
    <div className="access-answer">
      <p>{text(answerText(answer))}</p>
      <dl className="facts">
        {(answer.policies.length > 0 || answer.rules.length > 0) && (
          <>
            <dt>{text(say.DECIDED_BY)}</dt>
            <dd>
              <Decider policies={answer.policies} rules={answer.rules} />
            </dd>
          </>
        )}
        {answer.outcome === "WITHHOLD" && (
          <>
            <dt>{text(say.WOULD_HELP)}</dt>
            <dd>
              <Help helps={answer.wouldHelp} />
            </dd>
          </>
        )}
      </dl>
    </div>
  );
}
