import { useText } from "../../i18n";
import { type Column, Table } from "../../ui";
import type { Identifier } from "./dictionary";
import { FORMATS } from "./formats";
import { typeHash } from "./names";
import { IDENTIFIERS } from "./texts";

/** So many places of use are listed; dates and agencies are used everywhere. */
const LISTED = 8;

/** The contract's own scalars: what a value looks like, and where there is one. */
export function IdentifierTable({ identifiers }: { identifiers: readonly Identifier[] }) {
  const text = useText();
  const columns: Column<Identifier>[] = [
    { key: "name", head: text(IDENTIFIERS.name), heading: true, cell: (each) => <code>{each.name}</code> },
    { key: "format", head: text(IDENTIFIERS.format), cell: (each) => <Described identifier={each} /> },
    { key: "used", head: text(IDENTIFIERS.used), cell: (each) => <Uses coordinates={each.usedIn} /> },
  ];
  const specified: Column<Identifier> = {
    key: "specified",
    head: text(IDENTIFIERS.specified),
    cell: (each) => each.specifiedBy && <a href={each.specifiedBy}>{each.specifiedBy}</a>,
  };
  const known = identifiers.some((each) => each.specifiedBy);
  return (
    <Table
      caption={text(IDENTIFIERS.caption)}
      captionHidden
      columns={known ? [...columns, specified] : columns}
      rows={identifiers}
      rowKey={(each) => each.name}
    />
  );
}

function Described({ identifier: { name, text: about } }: { identifier: Identifier }) {
  const text = useText();
  const format = FORMATS[name];
  return (
    <div className="catalogue-format">
      <p>{text(about)}</p>
      {format && <p className="muted">{text(format.parts)}</p>}
      {format && <code className="muted">{format.pattern}</code>}
    </div>
  );
}

function Uses({ coordinates }: { coordinates: readonly string[] }) {
  const text = useText();
  if (coordinates.length === 0) return <span className="muted">{text(IDENTIFIERS.unused)}</span>;
  const more = coordinates.length - LISTED;
  return (
    <span className="catalogue-names">
      {coordinates.slice(0, LISTED).map((each) => (
        <a key={each} href={typeHash(each.split(".", 1)[0] ?? each)}>
          <code>{each}</code>
        </a>
      ))}
      {more > 0 && (
        <span className="muted">
          {text(IDENTIFIERS.more)} {more}
        </span>
      )}
    </span>
  );
}
