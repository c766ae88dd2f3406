import { type KeyboardEvent, memo, useCallback, useEffect, useRef, useState } from "react";

import { useText } from "../../i18n";
import { OUTCOMES } from "../../i18n/common";
import { Icon, OUTCOME_ICONS } from "../../ui";
import { reasonText } from "./explaining";
import { type Agency, type Cell, type Group, moved, type Part, type Place } from "./model";
import { agencyText } from "./names";
import { FIELD, NOT_TOLD, WHY } from "./texts";

export interface Chosen {
  readonly coordinate: string;
  readonly agency: string;
}

interface GridProps {
  readonly part: Part;
  readonly groups: readonly Group[];
  readonly caption: string;
  readonly chosen: Chosen | null;
  readonly onChoose: (chosen: Chosen | null) => void;
}

/** Fields by agencies: one stop for the tabulator, and arrows from cell to cell. */
export function Grid({ part, groups, caption, chosen, onChoose }: GridProps) {
  const text = useText();
  const table = useRef<HTMLTableElement>(null);
  const [at, setAt] = useState<Place>({ row: 0, column: 0 });
  const size = { rows: groups.reduce((sum, each) => sum + each.rows.length, 0), columns: part.agencies.length };
  const single = size.columns === 1;
  const stop = { row: Math.min(at.row, size.rows - 1), column: Math.min(at.column, size.columns - 1) };

  // what explains the cell may have taken the room in which it stood
  useEffect(() => {
    if (chosen)
      table.current?.querySelector("[aria-pressed=true]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [chosen?.coordinate, chosen?.agency]);

  const choose = useCallback(
    (next: Chosen, place: Place) => {
      setAt(place);
      onChoose(next);
    },
    [onChoose],
  );

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Escape") onChoose(null);
    const next = moved(stop, event.key, event.ctrlKey, size);
    if (next === null) return;
    event.preventDefault();
    setAt(next);
    table.current?.querySelector<HTMLElement>(`[data-place="${next.row} ${next.column}"]`)?.focus();
  };

  const starts = groups.map((_, index) => groups.slice(0, index).reduce((sum, each) => sum + each.rows.length, 0));
  return (
    <div className="table-region matrix-region" role="region" aria-label={caption} tabIndex={0}>
      <table className="matrix" role="grid" ref={table} onKeyDown={onKeyDown} data-single={single}>
        <caption className="visually-hidden">{caption}</caption>
        <thead>
          <tr>
            <th scope="col" className="matrix-corner">
              {text(FIELD)}
            </th>
            {part.agencies.map((each) => (
              <AgencyHead key={each.id} agency={each} />
            ))}
            {single && (
              <th scope="col" className="matrix-reason">
                {text(WHY.title)}
              </th>
            )}
          </tr>
        </thead>
        {groups.map((group, index) => (
          <tbody key={group.type}>
            <tr className="matrix-type">
              <th scope="rowgroup" colSpan={size.columns + (single ? 2 : 1)}>
                <span>{group.type}</span>
              </th>
            </tr>
            {group.rows.map(({ coordinate, field }, offset) => (
              <tr key={coordinate}>
                <th scope="row">{field}</th>
                {part.agencies.map((agency, column) => {
                  const row = (starts[index] ?? 0) + offset;
                  return (
                    <td key={agency.id} role="gridcell">
                      <CellButton
                        cell={part.cells[coordinate]?.[agency.id]}
                        coordinate={coordinate}
                        agency={agency}
                        row={row}
                        column={column}
                        stop={row === stop.row && column === stop.column}
                        worded={single}
                        chosen={chosen?.coordinate === coordinate && chosen.agency === agency.id}
                        onChoose={choose}
                      />
                    </td>
                  );
                })}
                {single && <Reason cell={part.cells[coordinate]?.[part.agencies[0]?.id ?? ""]} />}
              </tr>
            ))}
          </tbody>
        ))}
      </table>
    </div>
  );
}

function Reason({ cell }: { cell: Cell | undefined }) {
  const text = useText();
  return <td className="matrix-reason">{cell && text(reasonText(cell))}</td>;
}

function AgencyHead({ agency }: { agency: Agency }) {
  const text = useText();
  const name = text(agencyText(agency));
  return (
    <th scope="col" title={name} data-own={agency.own}>
      <span className="matrix-agency">{agency.id}</span>
      {name !== agency.id && <span className="matrix-agency-name">{name}</span>}
    </th>
  );
}

interface CellButtonProps extends Place {
  readonly cell: Cell | undefined;
  readonly coordinate: string;
  readonly agency: Agency;
  /** Whether the tabulator stops here. */
  readonly stop: boolean;
  /** Whether there is room for the word beside the icon. */
  readonly worded: boolean;
  readonly chosen: boolean;
  readonly onChoose: (chosen: Chosen, at: Place) => void;
}

/** One of thousands: drawn anew only if something of it changes. */
const CellButton = memo(function CellButton(props: CellButtonProps) {
  const { cell, coordinate, agency, row, column, stop, worded, chosen, onChoose } = props;
  const text = useText();
  const word = text(cell ? OUTCOMES[cell.outcome] : NOT_TOLD);
  const choose = () => onChoose({ coordinate, agency: agency.id }, { row, column });
  return (
    <button
      type="button"
      className="matrix-cell"
      data-place={`${row} ${column}`}
      data-outcome={cell?.outcome}
      aria-label={`${coordinate}, ${text(agencyText(agency))}: ${word}`}
      aria-pressed={chosen}
      aria-disabled={!cell}
      title={word}
      tabIndex={stop ? 0 : -1}
      onClick={cell && choose}
    >
      {cell ? <Icon name={OUTCOME_ICONS[cell.outcome]} /> : "–"}
      {worded && cell && word}
    </button>
  );
});
