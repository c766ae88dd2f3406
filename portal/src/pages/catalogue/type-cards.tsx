import { useEffect, useRef, useState } from "react";

import { useText } from "../../i18n";
import { type Column, Table } from "../../ui";
import type { Choice, Dictionary, Field, RecordType } from "./dictionary";
import { Chips, Fact, Facts } from "./facts";
import { TypeLink, useOwnerName, useViewName } from "./names";
import type { FoundType } from "./search";
import { fieldCount, FIELDS, VIEWS } from "./texts";

/** So many matching fields can be seen at once; beyond that, types are opened one by one. */
const OPENED = 40;

interface TypeCardsProps {
  readonly dictionary: Dictionary;
  readonly found: readonly FoundType[];
  /** The type that the address names. */
  readonly named: string | null;
  /** Whether somebody looks for words, so that what is found has to be seen. */
  readonly searching: boolean;
}

/** Types with their fields, by view. */
export function TypeCards({ dictionary, found, named, searching }: TypeCardsProps) {
  const viewName = useViewName();
  const text = useText();
  const query = dictionary.query?.name;
  const fields = found.reduce((sum, each) => sum + each.fields.length, 0);
  const opened = searching && fields <= OPENED;
  const order = Object.keys(VIEWS);
  const rank = (view: string | null) =>
    view === null ? Infinity : order.includes(view) ? order.indexOf(view) : order.length;
  const views = [...new Set(found.filter((each) => each.type.name !== query).map((each) => each.type.view))].sort(
    (one, other) => (rank(one) < rank(other) ? -1 : 1),
  );
  const group = (name: string, title: string, all: readonly FoundType[]) =>
    all.length > 0 && (
      <section key={name} className="catalogue-group" aria-labelledby={`view-${name}`}>
        <h2 id={`view-${name}`} data-view={name} className="catalogue-view">
          {title}
        </h2>
        {all.map((each) => (
          <TypeCard
            key={`${each.type.name} ${opened}`}
            found={each}
            choices={dictionary.choices}
            named={each.type.name === named}
            opened={opened}
          />
        ))}
      </section>
    );
  return (
    <div className="stack">
      {group(
        "entry-points",
        text(FIELDS.entryPoints),
        found.filter((each) => each.type.name === query),
      )}
      {views.map((view) =>
        group(
          view ?? "others",
          viewName(view),
          found.filter((each) => each.type.view === view && each.type.name !== query),
        ),
      )}
    </div>
  );
}

interface TypeCardProps {
  readonly found: FoundType;
  readonly choices: ReadonlyMap<string, Choice>;
  readonly named: boolean;
  readonly opened: boolean;
}

function TypeCard({ found: { type, fields }, choices, named, opened }: TypeCardProps) {
  const text = useText();
  const [open, setOpen] = useState(opened || named);
  const card = useRef<HTMLDetailsElement>(null);

  useEffect(() => {
    if (!named) return;
    setOpen(true);
    card.current?.scrollIntoView({ block: "start" });
  }, [named]);

  return (
    <details ref={card} className="catalogue-card" open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <code className="catalogue-card-title">{type.name}</code>
        {type.kind === "INTERFACE" && <span className="badge">{text(FIELDS.interface)}</span>}
        {type.kind === "UNION" && <span className="badge">{text(FIELDS.union)}</span>}
        <span>{text(type.text)}</span>
        {type.kind !== "UNION" && (
          <span className="muted catalogue-card-types">{text(fieldCount(fields.length, type.fields.length))}</span>
        )}
      </summary>
      {open && (
        <div className="catalogue-card-body">
          <About type={type} />
          {fields.length > 0 && <FieldTable type={type} fields={fields} choices={choices} />}
        </div>
      )}
    </details>
  );
}

function About({ type }: { type: RecordType }) {
  const text = useText();
  const ownerName = useOwnerName();
  const owners = [...new Map(type.entries.map((each) => [each.owner.id, each.owner])).values()];
  const names = (all: readonly string[]) =>
    all.length > 0 && (
      <span className="catalogue-names">
        {all.map((each) => (
          <TypeLink key={each} name={each} />
        ))}
      </span>
    );
  return (
    <Facts>
      <Fact label={text(FIELDS.owners)} wide>
        {owners.length > 0 && (
          <Chips>
            {owners.map((each) => (
              <li key={each.id} title={each.id}>
                {ownerName(each)}
              </li>
            ))}
          </Chips>
        )}
      </Fact>
      <Fact label={text(FIELDS.implements)} wide>
        {names(type.interfaces)}
      </Fact>
      <Fact label={text(FIELDS.members)} wide>
        {names(type.members)}
      </Fact>
    </Facts>
  );
}

interface FieldTableProps {
  readonly type: RecordType;
  readonly fields: readonly Field[];
  readonly choices: ReadonlyMap<string, Choice>;
}

function FieldTable({ type, fields, choices }: FieldTableProps) {
  const text = useText();
  const columns: Column<Field>[] = [
    {
      key: "field",
      head: text(FIELDS.field),
      heading: true,
      cell: (each) => (
        <>
          <code>{each.name}</code>{" "}
          {each.personal && (
            <span className="badge" data-outcome="TRANSFORM">
              {text(FIELDS.personal)}
            </span>
          )}
        </>
      ),
    },
    { key: "type", head: text(FIELDS.type), cell: (each) => <FieldType field={each} /> },
    {
      key: "description",
      head: text(FIELDS.description),
      cell: (each) => <FieldText field={each} choice={choices.get(each.target)} />,
    },
  ];
  const scoped = fields.some((each) => each.scopes.length > 0);
  const scopes: Column<Field> = {
    key: "scopes",
    head: text(FIELDS.scopes),
    cell: (each) => <Scopes scopes={each.scopes} />,
  };
  return (
    <Table
      caption={type.name}
      captionHidden
      columns={scoped ? [...columns, scopes] : columns}
      rows={fields}
      rowKey={(each) => each.name}
    />
  );
}

function FieldType({ field }: { field: Field }) {
  if (field.kind === "record") {
    return (
      <>
        <code className="muted">{field.type}</code>
        <br />
        <TypeLink name={field.target} />
      </>
    );
  }
  return <code>{field.type}</code>;
}

function FieldText({ field, choice }: { field: Field; choice: Choice | undefined }) {
  const text = useText();
  return (
    <div className="catalogue-field">
      <p>{text(field.text)}</p>
      {choice && (
        <p className="muted">
          {text(FIELDS.values)}:{" "}
          {choice.values.map((each, index) => (
            <span key={each.name}>
              {index > 0 && " · "}
              <code title={text(each.text)}>{each.name}</code>
            </span>
          ))}
        </p>
      )}
      {field.arguments.length > 0 && (
        <p className="muted">
          {text(FIELDS.takes)}:{" "}
          {field.arguments.map((each, index) => (
            <span key={each.name}>
              {index > 0 && " · "}
              <code title={text(each.text)}>{`${each.name}: ${each.type}`}</code>
            </span>
          ))}
        </p>
      )}
    </div>
  );
}

function Scopes({ scopes }: { scopes: readonly (readonly string[])[] }) {
  const text = useText();
  if (scopes.length === 0) return <span className="muted">{text(FIELDS.noScope)}</span>;
  return (
    <>
      {scopes.map((all, index) => (
        <div key={all.join()}>
          {index > 0 && `${text(FIELDS.or)} `}
          {all.map((each) => (
            <code key={each} className="catalogue-scope">
              {each}
            </code>
          ))}
        </div>
      ))}
    </>
  );
}
