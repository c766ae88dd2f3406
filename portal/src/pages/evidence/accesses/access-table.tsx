import { useText } from "../../../i18n";
import type { Outcome } from "../../../hub/types";
import { Badge, Table } from "../../../ui";
import { ACCESSES, STATUS } from "../texts";
import type { Access } from "./query";

const FIELDS = [
  ["released", "ALLOW"],
  ["masked", "TRANSFORM"],
  ["conditional", "CONDITIONAL"],
  ["withheld", "WITHHOLD"],
] as const satisfies readonly (readonly [string, Outcome])[];

export function AccessTable({ accesses }: { accesses: readonly Access[] }) {
  const text = useText();
  return (
    <div className="evidence-table">
      <Table
        caption={text(ACCESSES.caption)}
        columns={[
          { key: "at", head: text(ACCESSES.at), heading: true, cell: (access: Access) => <When access={access} /> },
          { key: "who", head: text(ACCESSES.who), cell: (access) => <Who access={access} /> },
          { key: "what", head: text(ACCESSES.what), cell: (access) => <WhatFor access={access} /> },
          { key: "rows", head: text(ACCESSES.rows), cell: (access) => <Rows access={access} /> },
          { key: "fields", head: text(ACCESSES.fields), cell: (access) => <Fields access={access} /> },
        ]}
        rows={accesses}
        rowKey={(access) => `${access.index} ${access.provider}`}
      />
    </div>
  );
}

function When({ access }: { access: Access }) {
  const text = useText();
  const [day, time] = new Date(access.at).toISOString().slice(0, 19).split("T");
  return (
    <>
      <time dateTime={access.at} className="evidence-when">
        {day} <span>{time}</span>
      </time>
      <small className="muted">
        {text(ACCESSES.record)} {access.id}
      </small>
    </>
  );
}

function Who({ access }: { access: Access }) {
  return (
    <>
      <strong>{access.party ?? access.agency}</strong>
      <small className="muted">
        {access.client} · {access.jurisdiction?.replaceAll("_", "-")}
      </small>
    </>
  );
}

function WhatFor({ access }: { access: Access }) {
  const text = useText();
  const { purpose, legalBasis, caseNo, operationName, status } = access;
  return (
    <>
      <code>{purpose}</code>
      <small className="muted">
        {operationName ?? text(ACCESSES.noOperation)} · {text(STATUS[status] ?? { zh: status, en: status })}
      </small>
      {legalBasis && <small>{`${text(ACCESSES.basis)}: ${legalBasis}`}</small>}
      {caseNo && <small>{`${text(ACCESSES.case)}: ${caseNo}`}</small>}
    </>
  );
}

function Rows({ access }: { access: Access }) {
  const text = useText();
  return (
    <ul className="evidence-rows">
      {access.subjects.map((subject) => (
        <li key={subject.party}>
          {subject.party === null ? <em className="muted">{text(ACCESSES.noParty)}</em> : <code>{subject.party}</code>}
          <small className="muted">{subject.rows.map(({ type, count }) => `${count} ${type}`).join(", ")}</small>
        </li>
      ))}
      <li>
        <small className="muted">
          {text(ACCESSES.provider)} {access.provider}
        </small>
      </li>
    </ul>
  );
}

function Fields({ access }: { access: Access }) {
  const text = useText();
  const told = FIELDS.filter(([name]) => access[name].length > 0);
  return (
    <details>
      <summary className="evidence-badges">
        {told.map(([name, outcome]) => (
          <span key={name}>
            <Badge outcome={outcome} /> {access[name].length}
          </span>
        ))}
        <span className="visually-hidden">{text(ACCESSES.which)}</span>
      </summary>
      {told.map(([name, outcome]) => (
        <p key={name} className="evidence-fields">
          <Badge outcome={outcome} /> <code>{access[name].join(", ")}</code>
        </p>
      ))}
    </details>
  );
}
