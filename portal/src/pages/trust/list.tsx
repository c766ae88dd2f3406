import { useSession } from "../../hub/session";
import { useText } from "../../i18n";
import { Chips, Fact, Facts } from "../catalogue/facts";
import { distance, entryStanding, moment, span, standingOf } from "./expiry";
import type { TrustEntry, TrustList } from "./lists";
import { Assurance, StandingMark } from "./marks";
import { JURISDICTIONS, LISTS, PROOFS, SCHEMES, within } from "./texts";

/** One trust list: whose it is, until when it holds, who signed it, and what it recognises. */
export function ListCard({ list, now }: { list: TrustList; now: number }) {
  const text = useText();
  const side = JURISDICTIONS[list.jurisdiction ?? ""];
  const standing = standingOf(list.nextUpdate, now);
  const heading = `trust-${list.jurisdiction}`;
  return (
    <section className="card trust-list" aria-labelledby={heading}>
      <header className="trust-list-head">
        <h3 id={heading}>{side ? text(side) : list.jurisdiction}</h3>
        <span className="badge">{text(SCHEMES[list.scheme])}</span>
        <StandingMark standing={standing} />
        {list.title && <p className="trust-list-title">{list.title}</p>}
      </header>
      {standing === "over" && <p className="trust-overdue">{text(LISTS.overdue)}</p>}
      <Facts>
        <Fact label={text(LISTS.sequence)}>{list.sequence}</Fact>
        <Fact label={text(LISTS.issued)}>{moment(list.issuedAt)}</Fact>
        <Fact label={text(LISTS.next)}>
          {moment(list.nextUpdate)} <span className="muted">· {text(distance(list.nextUpdate, now))}</span>
        </Fact>
        <Fact label={text(LISTS.signers)} wide>
          <ul>
            {list.signers.map((each) => (
              <li key={each}>
                <code>{each}</code>
              </li>
            ))}
          </ul>
        </Fact>
        <Fact label={text(LISTS.digest)} wide>
          <code>{list.digest}</code>
        </Fact>
      </Facts>
      <h4>
        {text(LISTS.entries)} <span className="muted">{list.entries.length}</span>
      </h4>
      <ul className="trust-entries">
        {list.entries.map((each) => (
          <li key={each.id}>
            <EntryCard entry={each} now={now} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function EntryCard({ entry, now }: { entry: TrustEntry; now: number }) {
  const text = useText();
  return (
    <article className="trust-entry" data-standing={entryStanding(entry, now)}>
      <header>
        <h5>{entry.name}</h5>
        <StandingMark standing={entryStanding(entry, now)} />
        <code className="muted">{entry.id}</code>
      </header>
      <Facts>
        <Fact label={text(LISTS.validity)}>
          <Validity entry={entry} now={now} />
        </Fact>
        <Fact label={text(LISTS.assurance)}>
          <Assurance level={entry.assurance} label={LISTS.assurance} />
        </Fact>
        <Fact label={text(LISTS.revocation)}>
          {text(PROOFS[entry.revocation])}
          {text(within(span(entry.freshness)))}
        </Fact>
        <Fact label={text(LISTS.policy)}>
          <code>{entry.policyArc}</code>
        </Fact>
        <Fact label={text(LISTS.type)} wide>
          {entry.typeName}
        </Fact>
        <Fact label={text(LISTS.purposes)} wide>
          <Admitted purposes={entry.admitsPurposes} scopes={entry.admitsScopes} />
        </Fact>
        <Authority label={text(LISTS.issuing)} subject={entry.issuingSubject} fingerprint={entry.issuingFingerprint} />
        <Authority label={text(LISTS.root)} subject={entry.rootSubject} fingerprint={entry.rootFingerprint} />
      </Facts>
    </article>
  );
}

function Validity({ entry, now }: { entry: TrustEntry; now: number }) {
  const text = useText();
  const until = entry.validUntil;
  return (
    <>
      {moment(entry.validFrom)} – {until === null ? text(LISTS.further) : moment(until)}
      {until !== null && <span className="muted"> · {text(distance(until, now))}</span>}
    </>
  );
}

function Authority({ label, subject, fingerprint }: { label: string; subject: string; fingerprint: string }) {
  return (
    <Fact label={label} wide>
      {subject}
      <br />
      <code className="muted">{fingerprint}</code>
    </Fact>
  );
}

interface AdmittedProps {
  readonly purposes: readonly string[];
  readonly scopes: readonly string[];
}

/** For which purposes, and with which scopes, holders may come in who are not registered. */
export function Admitted({ purposes, scopes }: AdmittedProps) {
  const text = useText();
  const { session } = useSession();
  if (purposes.length === 0 && scopes.length === 0) return <>{text(LISTS.registered)}</>;
  const named = (id: string) => {
    const known = session.purposes.find((each) => each.id === id);
    return known ? text(known) : id;
  };
  return (
    <Chips>
      {purposes.map((each) => (
        <li key={each} title={each}>
          {named(each)}
        </li>
      ))}
      {scopes.map((each) => (
        <li key={each}>
          <code>{each}</code>
        </li>
      ))}
    </Chips>
  );
}
