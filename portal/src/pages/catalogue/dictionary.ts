import type { IntrospectionField, IntrospectionQuery, IntrospectionType, IntrospectionTypeRef } from "graphql";
import type { Text } from "../../i18n";
import { described } from "./descriptions";
import { type Entry, typesOf } from "./entries";

export interface Argument {
  readonly name: string;
  readonly type: string;
  readonly text: Text;
}

export interface Field {
  readonly name: string;
  /** As GraphQL writes it: `[Licence!]`. */
  readonly type: string;
  /** The type at its core; of a connection, what it lists. */
  readonly target: string;
  readonly kind: "record" | "identifier" | "value" | "choice";
  readonly text: Text;
  readonly scopes: string[][];
  /** Personal information, as far as the scopes tell that it demands. */
  readonly personal: boolean;
  readonly arguments: Argument[];
}

export interface RecordType {
  readonly name: string;
  readonly kind: "OBJECT" | "INTERFACE" | "UNION";
  readonly text: Text;
  readonly fields: Field[];
  readonly interfaces: string[];
  readonly members: string[];
  /** The view that it belongs to, as far as its scopes tell. */
  readonly view: string | null;
  readonly entries: Entry[];
}

/** A scalar of the contract's own: what a value of it looks like. */
export interface Identifier {
  readonly name: string;
  readonly text: Text;
  readonly specifiedBy: string | null;
  /** Coordinates of the fields that have such a value. */
  readonly usedIn: string[];
}

export interface Choice {
  readonly name: string;
  readonly text: Text;
  readonly values: { name: string; text: Text }[];
}

/** What the catalogue tells of the schema: records and entry points, without the plumbing of lists and of federation. */
export interface Dictionary {
  readonly query: RecordType | null;
  readonly types: RecordType[];
  readonly identifiers: Identifier[];
  readonly choices: ReadonlyMap<string, Choice>;
}

const STANDARD = new Set(["String", "Int", "Boolean", "ID", "Float"]);

/** Records are what policies speak of, with the interfaces and unions above them; the rest is the hub's own. */
export function dictionaryOf(introspection: IntrospectionQuery, entries: readonly Entry[]): Dictionary {
  const schema = introspection.__schema;
  const byName = new Map(schema.types.map((each) => [each.name, each]));
  const spoken = new Map<string, Entry[]>();
  for (const entry of entries) {
    for (const name of typesOf(entry)) spoken.set(name, [...(spoken.get(name) ?? []), entry]);
  }
  const isRecord = (type: IntrospectionType): boolean =>
    spoken.has(type.name) ||
    ((type.kind === "INTERFACE" || type.kind === "UNION") &&
      !type.name.startsWith("_") &&
      type.possibleTypes.some((each) => spoken.has(each.name)));
  const describe = (type: IntrospectionType): RecordType => recordType(type, byName, spoken.get(type.name) ?? []);
  const query = byName.get(schema.queryType.name);
  const types = schema.types.filter((each) => each !== query && isRecord(each)).map(describe);
  const shown = query ? describe(query) : null;
  return {
    query: shown,
    types: inViews(types).sort((one, other) => compare(one.name, other.name)),
    identifiers: identifiersOf(schema.types, shown ? [shown, ...types] : types),
    choices: choicesOf(schema.types),
  };
}

function recordType(
  type: IntrospectionType,
  byName: ReadonlyMap<string, IntrospectionType>,
  entries: Entry[],
): RecordType {
  const composite = type.kind === "OBJECT" || type.kind === "INTERFACE";
  return {
    name: type.name,
    kind: type.kind === "INTERFACE" || type.kind === "UNION" ? type.kind : "OBJECT",
    text: described(type.description).text,
    fields: composite
      ? type.fields.filter((each) => !each.name.startsWith("_")).map((each) => fieldOf(each, byName))
      : [],
    interfaces: composite ? type.interfaces.map((each) => each.name) : [],
    members: type.kind === "INTERFACE" || type.kind === "UNION" ? type.possibleTypes.map((each) => each.name) : [],
    view: null,
    entries,
  };
}

function fieldOf(field: IntrospectionField, byName: ReadonlyMap<string, IntrospectionType>): Field {
  const core = coreOf(field.type);
  const target = nodeOf(core, byName);
  const { text, scopes } = described(field.description);
  return {
    name: field.name,
    type: written(field.type),
    target,
    kind: kindOf(target, byName),
    text,
    scopes,
    personal: scopes.length > 0 && scopes.every((all) => all.some((each) => each.endsWith(":personal"))),
    arguments: field.args.map((each) => ({
      name: each.name,
      type: written(each.type),
      text: described(each.description).text,
    })),
  };
}

function kindOf(name: string, byName: ReadonlyMap<string, IntrospectionType>): Field["kind"] {
  const kind = byName.get(name)?.kind;
  if (kind === "ENUM") return "choice";
  if (kind === "SCALAR") return STANDARD.has(name) ? "value" : "identifier";
  return "record";
}

/** A connection stands for the list that it pages through. */
function nodeOf(name: string, byName: ReadonlyMap<string, IntrospectionType>): string {
  const edge = memberOf(byName.get(name), "edges");
  const node = edge && memberOf(byName.get(edge), "node");
  return node ?? name;
}

function memberOf(type: IntrospectionType | undefined, member: string): string | null {
  if (type?.kind !== "OBJECT") return null;
  const field = type.fields.find((each) => each.name === member);
  return field ? coreOf(field.type) : null;
}

function coreOf(type: IntrospectionTypeRef): string {
  return type.kind === "LIST" || type.kind === "NON_NULL" ? coreOf(type.ofType) : type.name;
}

function written(type: IntrospectionTypeRef): string {
  if (type.kind === "NON_NULL") return `${written(type.ofType)}!`;
  return type.kind === "LIST" ? `[${written(type.ofType)}]` : type.name;
}

/** A type belongs to the view whose scopes most of its fields demand; what demands none goes with who leads to it. */
function inViews(types: RecordType[]): RecordType[] {
  const own = new Map(
    types.map((each) => [each.name, commonest(each.fields.flatMap((field) => prefixes(field.scopes)))]),
  );
  const around = (type: RecordType): string | null => {
    const above = types.filter((each) => each.fields.some((field) => field.target === type.name));
    return commonest([...type.members, ...above.map((each) => each.name)].flatMap((name) => own.get(name) ?? []));
  };
  return types.map((each) => ({ ...each, view: own.get(each.name) ?? around(each) }));
}

function prefixes(scopes: string[][]): string[] {
  return [...new Set(scopes.flat().map((each) => each.split(":")[0] ?? ""))];
}

function commonest(names: string[]): string | null {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  const ranked = [...counts].sort((one, other) => other[1] - one[1] || compare(one[0], other[0]));
  return ranked[0]?.[0] ?? null;
}

function identifiersOf(all: readonly IntrospectionType[], types: RecordType[]): Identifier[] {
  return all
    .filter((each) => each.kind === "SCALAR")
    .filter((each) => !STANDARD.has(each.name) && !/^_|^link__/.test(each.name))
    .map((scalar) => ({
      name: scalar.name,
      text: described(scalar.description).text,
      specifiedBy: scalar.specifiedByURL ?? null,
      usedIn: types.flatMap((type) => uses(type, scalar.name)),
    }))
    .sort((one, other) => compare(one.name, other.name));
}

/** What only takes such a value is found at its arguments, as `Query.verify(residentId:)`. */
function uses(type: RecordType, scalar: string): string[] {
  return type.fields.flatMap((field) => [
    ...(field.target === scalar ? [`${type.name}.${field.name}`] : []),
    ...field.arguments
      .filter((each) => each.type.replace(/[[\]!]/g, "") === scalar)
      .map((each) => `${type.name}.${field.name}(${each.name}:)`),
  ]);
}

function choicesOf(types: readonly IntrospectionType[]): Map<string, Choice> {
  const choices = new Map<string, Choice>();
  for (const type of types) {
    if (type.kind !== "ENUM") continue;
    const values = type.enumValues.map((each) => ({ name: each.name, text: described(each.description).text }));
    choices.set(type.name, { name: type.name, text: described(type.description).text, values });
  }
  return choices;
}

/** By code point, so that the order is the same in every browser. */
export function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
