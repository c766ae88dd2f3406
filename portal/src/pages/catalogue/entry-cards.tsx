import { useSession } from "../../hub/session";
import { useText } from "../../i18n";
import { type Column, Icon, Table } from "../../ui";
import { type Entry, type NotShared, type Terms, typesOf } from "./entries";
import { Fact, Facts } from "./facts";
import { ClassMark, TypeLink, useOwnerName } from "./names";
import { ENTRY, FIELDS, FREQUENCIES, OBLIGATIONS, version } from "./texts";

/** The entries of the catalogue, by owner; each opens to its terms. */
export function EntryCards({ entries }: { entries: readonly Entry[] }) {
  const ownerName = useOwnerName();
  const owners = [...new Map(entries.map((each) => [each.owner.id, each.owner])).values()];
  return (
    <div className="stack">
      {owners.map((owner) => (
        <section key={owner.id} className="catalogue-group" aria-labelledby={`owner-${owner.id}`}>
          <h2 id={`owner-${owner.id}`}>
            {ownerName(owner)} <code className="muted">{owner.id}</code>
          </h2>
          {entries
            .filter((each) => each.owner.id === owner.id)
            .map((each) => (
              <EntryCard key={each.policyId} entry={each} />
            ))}
        </section>
      ))}
    </div>
  );
}

function EntryCard({ entry }: { entry: Entry }) {
  const text = useText();
  const frequency = FREQUENCIES[entry.updateFrequency];
  return (
    <details className="catalogue-card">
      <summary>
        <span className="catalogue-card-title" lang="zh">
          {entry.title ?? entry.policyId}
        </span>
        <ClassMark shareClass={entry.shareClass} />
        <span className="badge">
          <Icon name="clock" />
          {frequency ? text(frequency) : entry.updateFrequency}
        </span>
        <span className="muted catalogue-card-types">{typesOf(entry).join(" · ")}</span>
      </summary>
      <EntryBody entry={entry} />
    </details>
  );
}

function EntryBody({ entry }: { entry: Entry }) {
  const text = useText();
  return (
    <div className="catalogue-card-body">
      <Facts>
        <Fact label={text(ENTRY.number)}>
          <code>{entry.catalogueId}</code>
        </Fact>
        <Fact label={text(ENTRY.policy)}>
          <code>{entry.policyId}</code> {text(version(entry.version))}
        </Fact>
        <Fact label={text(ENTRY.validity)}>
          {entry.validFrom.slice(0, 10)} – {entry.validUntil.slice(0, 10)}
        </Fact>
        <Fact label={text(ENTRY.basis)} wide>
          {entry.legalBasis}
        </Fact>
        <Fact label={text(ENTRY.digest)} wide>
          <code>{entry.digest}</code>
        </Fact>
      </Facts>
      {entry.terms.length > 0 ? <TermsTable terms={entry.terms} /> : <p>{text(ENTRY.nothing)}</p>}
      {entry.notShared.length > 0 && <NotSharedTable kept={entry.notShared} />}
    </div>
  );
}

function TermsTable({ terms }: { terms: readonly Terms[] }) {
  const text = useText();
  const { session } = useSession();
  const purpose = (id: string) => text(session.purposes.find((each) => each.id === id) ?? { zh: id, en: id });
  const columns: Column<Terms>[] = [
    { key: "type", head: text(FIELDS.type), heading: true, cell: (each) => <TypeLink name={each.type} /> },
    { key: "fields", head: text(ENTRY.fields), cell: (each) => <Names names={each.fields} /> },
    {
      key: "purposes",
      head: text(ENTRY.purposes),
      cell: (each) =>
        each.purposes.length === 0 ? (
          text(ENTRY.anyPurpose)
        ) : (
          <span className="catalogue-purposes">{each.purposes.map(purpose).join(text(ENTRY.comma))}</span>
        ),
    },
    { key: "scopes", head: text(ENTRY.scopes), cell: (each) => <Names names={each.scopes} /> },
    {
      key: "obligations",
      head: text(ENTRY.obligations),
      cell: ({ obligations }) =>
        obligations.length === 0 ? (
          <span className="muted">{text(ENTRY.none)}</span>
        ) : (
          <ul>
            {obligations.map((code) => (
              <li key={code} title={code}>
                {text(OBLIGATIONS[code] ?? { zh: code, en: code })}
              </li>
            ))}
          </ul>
        ),
    },
    { key: "basis", head: text(ENTRY.basis), cell: (each) => <Basis basis={each.legalBasis} /> },
  ];
  return (
    <Table
      caption={text(ENTRY.shared)}
      columns={columns}
      rows={terms}
      rowKey={(each, index) => `${each.type} ${index}`}
    />
  );
}

function NotSharedTable({ kept }: { kept: readonly NotShared[] }) {
  const text = useText();
  const columns: Column<NotShared>[] = [
    { key: "type", head: text(FIELDS.type), heading: true, cell: (each) => <TypeLink name={each.type} /> },
    {
      key: "fields",
      head: text(ENTRY.fields),
      cell: (each) => (each.fields.includes("*") ? text(ENTRY.every) : <Names names={each.fields} />),
    },
    { key: "reason", head: text(ENTRY.reason), cell: (each) => <code>{each.reason}</code> },
    { key: "basis", head: text(ENTRY.basis), cell: (each) => <Basis basis={each.legalBasis} /> },
  ];
  return (
    <Table
      caption={text(ENTRY.notShared)}
      columns={columns}
      rows={kept}
      rowKey={(each, index) => `${each.type} ${index}`}
    />
  );
}

function Names({ names }: { names: readonly string[] }) {
  const text = useText();
  if (names.length === 0) return <span className="muted">{text(ENTRY.none)}</span>;
  return (
    <span className="catalogue-names">
      {names.map((each) => (
        <code key={each}>{each}</code>
      ))}
    </span>
  );
}

/** Legal bases are written in Chinese, whatever the page's language. */
function Basis({ basis }: { basis: string | null }) {
  return (
    <span className="catalogue-basis" lang="zh">
      {basis}
    </span>
  );
}
