import { useText } from "../../../i18n";
import type { Outcome } from "../../../hub/types";
import { Badge, Table } from "../../../ui";
import { ACCESSES } from "../texts";
import { fieldCounts, rowsByType, type Counted } from "./counts";
import type { Access } from "./query";

const NOT_IN_FULL = [
  ["masked", "TRANSFORM"],
  ["conditional", "CONDITIONAL"],
  ["withheld", "WITHHOLD"],
] as const satisfies readonly (readonly [string, Outcome])[];

/** What was given of all these accesses: rows by type, and the fields that were not given as they are. */
export function Summary({ accesses }: { accesses: readonly Access[] }) {
  const text = useText();
  return (
    <section className="card evidence-summary" aria-labelledby="evidence-given">
      <h2 id="evidence-given">{text(ACCESSES.given)}</h2>
      <Table
        caption={text(ACCESSES.rowCounts)}
        columns={[
          {
            key: "type",
            head: text(ACCESSES.type),
            heading: true,
            cell: ([name]: Counted[number]) => <code>{name}</code>,
          },
          { key: "count", head: text(ACCESSES.count), align: "end", cell: ([, count]: Counted[number]) => count },
        ]}
        rows={rowsByType(accesses)}
        rowKey={([name]) => name}
      />
      <h3>{text(ACCESSES.fieldCounts)}</h3>
      <ul className="evidence-outcomes">
        {NOT_IN_FULL.map(([name, outcome]) => {
          const counted = fieldCounts(accesses, name);
          return (
            <li key={name}>
              <details>
                <summary>
                  <Badge outcome={outcome} /> <strong>{counted.length}</strong>
                </summary>
                <ul className="evidence-fields">
                  {counted.map(([field, count]) => (
                    <li key={field}>
                      <code>{field}</code> <span className="muted">× {count}</span>
                    </li>
                  ))}
                </ul>
              </details>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
