import type { ReactNode } from "react";

import { useText, type Text } from "../../../i18n";
import { RECEIPT, SAID } from "../texts";
import { isObject, member, type Json } from "../verify/json";
import type { LoggedRecord } from "../verify/record";

/** What a proven record says: who was given what, when and for what purpose. */
export function Said({ record }: { record: LoggedRecord }) {
  const text = useText();
  const of = (name: string): string => told(member(record.said, name));
  const client = of("client") && `${of("client")} · ${of("jurisdiction")}`;
  const facts: readonly (readonly [Text, ReactNode])[] = [
    [SAID.at, of("at")],
    [SAID.kind, of("kind")],
    [SAID.who, [of("agency"), of("party"), client].filter(Boolean).join(" · ")],
    [SAID.purpose, of("purpose")],
    [SAID.basis, of("basis")],
    [SAID.case, of("case")],
    [SAID.operation, [of("name"), of("operation")].filter(Boolean).join(" · ")],
    [SAID.status, of("status")],
    [SAID.rows, <Rows key="rows" rows={member(record.said, "rows")} />],
    [SAID.decisions, of("decisions")],
    [SAID.policies, of("policies")],
  ];
  return (
    <section aria-labelledby="receipt-said" className="stack">
      <h3 id="receipt-said">
        {text(RECEIPT.said)} <code>{record.id}</code>
      </h3>
      <dl className="receipt-said">
        {facts
          .filter(([, value]) => value !== "")
          .map(([name, value]) => (
            <div key={name.en}>
              <dt>{text(name)}</dt>
              <dd>{value}</dd>
            </div>
          ))}
      </dl>
    </section>
  );
}

/** Rows by the agency that provides them and the party that they are about. */
function Rows({ rows }: { rows: Json | undefined }) {
  if (!isObject(rows)) return "–";
  const lines = Object.entries(rows).flatMap(([provider, subjects]) =>
    Object.entries(isObject(subjects) ? subjects : {}).map(([subject, types]) => {
      const counts = Object.entries(isObject(types) ? types : {}).map(([type, count]) => `${told(count)} ${type}`);
      return `${provider}${subject && ` · ${subject}`}: ${counts.join(", ")}`;
    }),
  );
  return (
    <ul>
      {lines.map((line) => (
        <li key={line}>{line}</li>
      ))}
    </ul>
  );
}

function told(value: Json | undefined): string {
  return value === undefined || value === null ? "" : String(value);
}
