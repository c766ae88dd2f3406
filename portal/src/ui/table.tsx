import type { Key, ReactNode } from "react";

import { useText } from "../i18n";
import { NOTHING } from "../i18n/common";

export interface Column<Row> {
  readonly key: string;
  readonly head: ReactNode;
  readonly cell: (row: Row) => ReactNode;
  /** Whether the cell names its row. */
  readonly heading?: boolean;
  readonly align?: "start" | "end";
}

interface TableProps<Row> {
  /** What the table holds; it names the table and its scrolling region. */
  readonly caption: string;
  /** Whether the caption is told, but not shown. */
  readonly captionHidden?: boolean;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly rowKey: (row: Row, index: number) => Key;
  readonly empty?: ReactNode;
}

/** A table that scrolls inside of its own region, so that the page never does sideways. */
export function Table<Row>({ caption, captionHidden, columns, rows, rowKey, empty }: TableProps<Row>) {
  const text = useText();
  return (
    <div className="table-region" role="region" aria-label={caption} tabIndex={0}>
      <table className="table">
        <caption className={captionHidden ? "visually-hidden" : undefined}>{caption}</caption>
        <thead>
          <tr>
            {columns.map((each) => (
              <th key={each.key} scope="col" data-align={each.align}>
                {each.head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => (
            <tr key={rowKey(row, index)}>
              {columns.map((each) =>
                each.heading ? (
                  <th key={each.key} scope="row" data-align={each.align}>
                    {each.cell(row)}
                  </th>
                ) : (
                  <td key={each.key} data-align={each.align}>
                    {each.cell(row)}
                  </td>
                ),
              )}
            </tr>
          ))}
          {rows.length === 0 && (
            <tr>
              <td colSpan={columns.length} className="muted">
                {empty ?? text(NOTHING)}
              </td>
            </tr>
          )}
        </tbody>
      </table>
    </div>
  );
}
