import { useText } from "../../i18n";
import { Badge, type Column, Table } from "../../ui";
import { byType, type Change, type Difference, type Direction, type Problem } from "./changes";
import { fieldOf } from "./model";
import { DIRECTIONS, FIELD, PROPOSED, WHY } from "./texts";

/** What a proposed policy would change, type by type, and what is wrong with it. */
export function Changes({ difference: { changes, problems } }: { difference: Difference }) {
  const text = useText();
  const wrong: Column<Problem>[] = [
    { key: "where", head: text(PROPOSED.where), heading: true, cell: (each) => <code>{each.where}</code> },
    { key: "what", head: text(PROPOSED.what), cell: (each) => <span lang="en">{each.what}</span> },
  ];
  const columns: Column<Change>[] = [
    {
      key: "field",
      head: text(FIELD),
      heading: true,
      cell: (each) => <code>{fieldOf(each.coordinate) || "*"}</code>,
    },
    { key: "recipient", head: text(PROPOSED.recipient), cell: (each) => each.recipient },
    { key: "change", head: text(PROPOSED.change), cell: (each) => <DirectionMark direction={each.change} /> },
    { key: "before", head: text(PROPOSED.before), cell: (each) => <Badge outcome={each.before.outcome} /> },
    {
      key: "arrow",
      head: <span className="visually-hidden">{text(PROPOSED.becomes)}</span>,
      cell: () => <span aria-hidden="true">→</span>,
    },
    { key: "after", head: text(PROPOSED.after), cell: (each) => <Badge outcome={each.after.outcome} /> },
    { key: "why", head: text(WHY.title), cell: (each) => <Sentences change={each} /> },
  ];
  return (
    <>
      {problems.length > 0 && (
        <Table
          caption={text(PROPOSED.problems)}
          columns={wrong}
          rows={problems}
          rowKey={(each, index) => `${each.where} ${index}`}
        />
      )}
      {byType(changes).map((each) => (
        <Table
          key={each.type}
          caption={`${each.type}: ${text(PROPOSED.changes)} ${each.changes.length}`}
          columns={columns}
          rows={each.changes}
          rowKey={(change, index) => `${change.coordinate} ${change.recipient} ${index}`}
        />
      ))}
    </>
  );
}

/** The hub's own sentences, which are in English. */
function Sentences({ change }: { change: Change }) {
  const text = useText();
  return (
    <details className="sentences">
      <summary aria-label={`${text(WHY.words)}: ${change.coordinate}, ${change.recipient}`}>{text(WHY.words)}</summary>
      <p lang="en">
        {change.before.sentence} → {change.after.sentence}
      </p>
    </details>
  );
}

const LOOKS: Record<Direction, { mark: string; outcome: string }> = {
  GAINED: { mark: "+", outcome: "ALLOW" },
  LOST: { mark: "−", outcome: "WITHHOLD" },
  CHANGED: { mark: "±", outcome: "TRANSFORM" },
};

function DirectionMark({ direction }: { direction: Direction }) {
  const text = useText();
  const { mark, outcome } = LOOKS[direction];
  return (
    <span className="badge" data-outcome={outcome}>
      <span aria-hidden="true">{mark}</span>
      {text(DIRECTIONS[direction])}
    </span>
  );
}
