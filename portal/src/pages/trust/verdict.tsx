import { useText } from "../../i18n";
import { Icon, type IconName } from "../../ui";
import { Fact, Facts } from "../catalogue/facts";
import { moment } from "./expiry";
import { Admitted } from "./list";
import { Assurance } from "./marks";
import { ORDER, type Recognition, type Step, type Stepped, steps } from "./recognising";
import { CONDITIONS, JUDGE, JURISDICTIONS, NOT_RECOGNISED, recognisedAs, refusedFor, STEPS } from "./texts";

/** What the hub says of a certificate: recognised as whom or for what not, and every condition in its order. */
export function Verdict({ told }: { told: Recognition }) {
  return (
    <div className="verdict" data-recognised={told.recognised}>
      <Headline told={told} />
      <Told told={told} />
      <Conditions all={steps(told.conditions)} />
    </div>
  );
}

/** The conditions as they are looked at, before any certificate was. */
export function Unjudged() {
  const text = useText();
  return (
    <div className="verdict">
      <p className="muted">{text(JUDGE.waiting)}</p>
      <Conditions all={ORDER.map((name) => ({ name, step: "not reached", detail: "" }))} quiet />
    </div>
  );
}

/** The verdict in one line, for the headline and for who listens. */
export function useHeadline(): (told: Recognition) => string {
  const text = useText();
  return (told) => {
    if (told.recognised) return text(recognisedAs(told.party ?? ""));
    const failed = told.conditions.find((each) => !each.met);
    const condition = failed && CONDITIONS[failed.name];
    return text(condition ? refusedFor(condition.name) : NOT_RECOGNISED);
  };
}

function Headline({ told }: { told: Recognition }) {
  const headline = useHeadline();
  return (
    <div className="verdict-head">
      <Icon name={told.recognised ? "given" : "error"} />
      <div>
        <p className="verdict-title">{headline(told)}</p>
        <p lang="en">{told.sentence}</p>
      </div>
    </div>
  );
}

function Told({ told }: { told: Recognition }) {
  const text = useText();
  const side = JURISDICTIONS[told.jurisdiction ?? ""];
  return (
    <Facts>
      <Fact label={text(JUDGE.subject)} wide>
        {told.subject}
      </Fact>
      <Fact label={text(JUDGE.issuer)} wide>
        {told.issuer}
      </Fact>
      <Fact label={text(JUDGE.own)}>
        {told.notBefore && told.notAfter && `${moment(told.notBefore)} – ${moment(told.notAfter)}`}
      </Fact>
      <Fact label={text(JUDGE.jurisdiction)}>{side ? text(side) : told.jurisdiction}</Fact>
      <Fact label={text(JUDGE.entry)}>{told.entry && `${told.entry}${told.list ? ` #${told.list}` : ""}`}</Fact>
      <Fact label={text(JUDGE.goodUntil)}>{told.goodUntil && moment(told.goodUntil)}</Fact>
      <Fact label={text(JUDGE.assurance)}>
        {told.assurance !== null && <Assurance level={told.assurance} label={JUDGE.assurance} />}
      </Fact>
      <Fact label={text(JUDGE.admits)} wide>
        {told.recognised && <Admitted purposes={told.admits?.purposes ?? []} scopes={told.admits?.scopes ?? []} />}
      </Fact>
      <Fact label={text(JUDGE.fingerprint)} wide>
        {told.fingerprint && <code>{told.fingerprint}</code>}
      </Fact>
    </Facts>
  );
}

const ICONS: Record<Step, IconName> = { met: "given", failed: "error", "not reached": "rows" };

function Conditions({ all, quiet = false }: { all: readonly Stepped[]; quiet?: boolean }) {
  const text = useText();
  return (
    <>
      <h3>{text(JUDGE.conditions)}</h3>
      <ol className="conditions">
        {all.map(({ name, step, detail }) => {
          const known = CONDITIONS[name];
          return (
            <li key={name} data-step={step}>
              {step === "not reached" ? (
                <span className="condition-dot" aria-hidden="true" />
              ) : (
                <Icon name={ICONS[step]} />
              )}
              <div>
                <p>
                  <strong>{known ? text(known.name) : name}</strong>{" "}
                  {!quiet && <span className="condition-step">{text(STEPS[step])}</span>}
                </p>
                {known && <p className="muted">{text(known.about)}</p>}
                {detail && (
                  <p className="condition-detail" lang="en">
                    {detail}
                  </p>
                )}
              </div>
            </li>
          );
        })}
      </ol>
    </>
  );
}
