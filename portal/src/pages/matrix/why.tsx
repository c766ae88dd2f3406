import { useSession } from "../../hub/session";
import { type Text, useLanguage, useText } from "../../i18n";
import { CLOSE } from "../../i18n/common";
import { Badge, Icon } from "../../ui";
import { Chips, Fact, Facts } from "../catalogue/facts";
import { type Asking, CAUSES, sentence, wayText } from "./explaining";
import { type Cell, fieldOf, type Told, typeOf } from "./model";
import { purposeText } from "./names";
import { WHY } from "./texts";
import "./why.css";

interface WhyProps {
  readonly asking: Asking;
  readonly cell: Cell;
  readonly onClose: () => void;
}

/** What a cell says of itself: what becomes of the field, by which rules, and what would help. */
export function Why({ asking, cell, onClose }: WhyProps) {
  const text = useText();
  const { language } = useLanguage();
  const { coordinate } = asking;
  const answers = cell.answers ?? [];
  return (
    <aside className="card why" aria-label={`${text(WHY.title)} ${coordinate}`}>
      <div className="why-head">
        <h2>
          {typeOf(coordinate)}.<wbr />
          {fieldOf(coordinate)}
        </h2>
        <button type="button" className="button icon-only" onClick={onClose} aria-label={text(CLOSE)}>
          <Icon name="close" />
        </button>
      </div>
      <p className="muted">
        {text(asking.who)} · {text(asking.purpose)}
      </p>
      <div className="why-sentence">
        <Badge outcome={cell.outcome} />
        <p>{text(sentence(cell, asking))}</p>
      </div>
      {answers.length === 0 && <Reasons told={cell} />}
      {answers.map((each) => (
        <section key={each.providers.join()} className="why-part">
          <h3>
            {text(WHY.rows)} {each.providers.join(", ")} <Badge outcome={each.outcome} />
          </h3>
          <Reasons told={each} />
        </section>
      ))}
      {language === "en" && (
        <details>
          <summary>{text(WHY.words)}</summary>
          <p>{cell.sentence}</p>
        </details>
      )}
    </aside>
  );
}

function Reasons({ told }: { told: Told }) {
  const text = useText();
  return (
    <Facts>
      <Fact label={text(WHY.cause)} wide>
        {told.cause && text(CAUSES[told.cause])}
      </Fact>
      <Fact label={text(WHY.how)} wide>
        {told.outcome !== "WITHHOLD" && told.ways.length > 0 && <Ways ways={told.ways.map(wayText)} />}
      </Fact>
      <Fact label={text(WHY.ground)} wide>
        {told.ground && (
          <>
            {told.ground.legalBasis} <code className="muted">{told.ground.reason}</code>
          </>
        )}
      </Fact>
      <Fact label={text(WHY.help)} wide>
        {told.outcome === "WITHHOLD" && <Help told={told} />}
      </Fact>
      <Fact label={text(WHY.policies)} wide>
        {told.policies.length > 0 && (
          <ul>
            {told.policies.map((each) => (
              <li key={each.policyId}>
                <code>{each.policyId}</code> <span className="muted">{`${text(WHY.version)} ${each.version}`}</span>
              </li>
            ))}
          </ul>
        )}
      </Fact>
      <Fact label={text(WHY.rules)} wide>
        {told.rules.length > 0 && (
          <ul>
            {told.rules.map((each) => (
              <li key={each}>
                <code>{each}</code>
              </li>
            ))}
          </ul>
        )}
      </Fact>
    </Facts>
  );
}

function Ways({ ways }: { ways: readonly Text[] }) {
  const text = useText();
  return (
    <ol>
      {ways.map((each) => (
        <li key={each.en}>{text(each)}</li>
      ))}
    </ol>
  );
}

function Help({ told: { wouldHelp } }: { told: Told }) {
  const text = useText();
  const { session } = useSession();
  if (wouldHelp.scopes.length === 0 && wouldHelp.purposes.length === 0) return <>{text(WHY.noHelp)}</>;
  return (
    <>
      {wouldHelp.scopes.length > 0 && (
        <div>
          {text(WHY.scopes)}
          <Chips>
            {wouldHelp.scopes.map((each) => (
              <li key={each}>
                <code>{each}</code>
              </li>
            ))}
          </Chips>
        </div>
      )}
      {wouldHelp.purposes.length > 0 && (
        <div>
          {text(WHY.purposes)}
          <Chips>
            {wouldHelp.purposes.map((each) => (
              <li key={each} title={each}>
                {text(purposeText(session.purposes, each))}
              </li>
            ))}
          </Chips>
        </div>
      )}
    </>
  );
}
