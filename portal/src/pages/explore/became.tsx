import { useGraphiQL } from "@graphiql/react";
import { useEffect, useRef } from "react";

import { useSession } from "../../hub/session";
import { type Text, useText } from "../../i18n";
import { hashOf } from "../../routes";
import { Badge, Failure, Icon, Notice } from "../../ui";
import { Decider } from "./decider";
import { Help } from "./help";
import { type Answered, useExplore } from "./state";
import * as say from "./texts";
import { Timing } from "./timing";
import { OUTCOME_OF, type Told } from "./told";
import { accessOf, helpsOf, policiesOf, whyOf } from "./why";

interface BecameProps {
  readonly onRun: () => void;
  readonly onShow: (told: Told) => void;
}

/** Beneath the result: what became of the fields that were asked for, and the evidence of it. */
export function Became({ onRun, onShow }: BecameProps) {
  const text = useText();
  const { failure, running } = useExplore();
  const answered = useShownAnswer();
  return (
    <div className="became">
      <div className="became-head">
        <h2 id="became">{text(say.BECAME)}</h2>
        {answered && <Evidence answered={answered} />}
      </div>
      <div className="became-body" role="region" aria-labelledby="became" tabIndex={0}>
        <p role="status" className={answered && answered.told.length === 0 ? "became-all" : "muted"}>
          {failure === null && text(summary(answered, running))}
        </p>
        {failure && <Failure error={failure} onRetry={onRun} />}
        {answered && <OtherPurpose answered={answered} onRun={onRun} />}
        {answered && answered.told.length > 0 && (
          <ul className="became-list">
            {answered.told.map((each) => (
              <Item key={each.id} told={each} answered={answered} onShow={onShow} />
            ))}
          </ul>
        )}
      </div>
    </div>
  );
}

/** The last answer, as long as it is the one that the editor's current tab shows. */
function useShownAnswer(): Answered | null {
  const { answered } = useExplore();
  const shown = useGraphiQL(({ tabs, activeTabIndex }) => tabs[activeTabIndex]?.response);
  return shown === answered?.text ? answered : null;
}

function summary(answered: Answered | null, running: boolean): Text {
  if (running) return say.RUNNING;
  if (answered === null) return say.BECAME_BEFORE;
  return answered.told.length === 0 ? say.BECAME_ALL : say.BECAME_COUNT(answered.told.length);
}

function Evidence({ answered: { answer } }: { answered: Answered }) {
  const text = useText();
  return (
    <div className="evidence">
      {answer.timing !== null && <Timing header={answer.timing} />}
      {answer.receipt !== null && (
        <a href={hashOf("evidence", { receipt: answer.receipt })} title={answer.receipt}>
          <Icon name="receipt" />
          {text(say.RECEIPT)} <code>{answer.receipt}</code>
        </a>
      )}
    </div>
  );
}

function OtherPurpose({ answered, onRun }: { answered: Answered; onRun: () => void }) {
  const text = useText();
  const { session } = useSession();
  if (answered.purpose === session.purpose) return null;
  const id = answered.purpose ?? "–";
  const purpose = session.purposes.find((each) => each.id === id) ?? { zh: id, en: id };
  return (
    <Notice
      kind="warn"
      title={text(say.OLD_PURPOSE(purpose))}
      actions={
        <button type="button" className="button primary small" onClick={onRun}>
          <Icon name="play" />
          {text(say.RUN_AGAIN)}
        </button>
      }
    />
  );
}

function Item({ told, answered, onShow }: { told: Told; answered: Answered; onShow: BecameProps["onShow"] }) {
  const text = useText();
  const { access, explained, showField } = useExplore();
  const element = useRef<HTMLLIElement>(null);
  const chosen = explained?.what === told.id;
  useEffect(() => {
    if (explained?.what !== told.id) return;
    element.current?.scrollIntoView({ block: "nearest" });
    element.current?.focus();
  }, [explained, told.id]);

  const known = accessOf(answered, access.data);
  const path = told.path?.join(".") ?? text(say.WHOLE_REQUEST);
  return (
    <li ref={element} tabIndex={-1} data-kind={told.kind} data-chosen={chosen}>
      <div className="became-what">
        <Badge outcome={OUTCOME_OF[told.kind]} label={text(say.KINDS[told.kind])} />
        {told.coordinate !== null && (
          <button
            type="button"
            className="link-button mono"
            title={text(say.SHOW_ACCESS)}
            onClick={() => told.coordinate !== null && showField(told.coordinate)}
          >
            {told.coordinate}
          </button>
        )}
        <button
          type="button"
          className="button quiet small mono became-path"
          title={text(say.SHOW_IN_RESULT)}
          disabled={told.path === null}
          onClick={() => onShow(told)}
        >
          {path}
        </button>
      </div>
      {whyOf(told, known).map((each) => (
        <p key={each.en}>{text(each)}</p>
      ))}
      {(told.kind === "refused" || told.kind === "small") && (
        <p className="muted" lang="en">
          {told.message}
        </p>
      )}
      {told.kind !== "refused" && (
        <dl className="facts">
          <dt>{text(say.DECIDED_BY)}</dt>
          <dd>
            <Decider policies={policiesOf(told, known)} rules={told.rules} />
          </dd>
          {told.kind === "withheld" && (
            <>
              <dt>{text(say.WOULD_HELP)}</dt>
              <dd>
                {helpsOf(told, known).map((each) => (
                  <Help key={JSON.stringify(each)} helps={each} />
                ))}
              </dd>
            </>
          )}
        </dl>
      )}
    </li>
  );
}
