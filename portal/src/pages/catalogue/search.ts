import type { Dictionary, Field, Identifier, RecordType } from "./dictionary";
import type { Entry, ShareClass } from "./entries";

export interface Asked {
  readonly words: string;
  readonly owner: string;
  readonly shareClass: ShareClass | "";
}

export interface FoundType {
  readonly type: RecordType;
  /** The fields that match; all of them if the type itself does. */
  readonly fields: Field[];
}

export interface Found {
  readonly entries: Entry[];
  readonly types: FoundType[];
  readonly identifiers: Identifier[];
  readonly count: number;
}

/** Find what has every word in its names, descriptions (of both languages), identifiers or owners. */
export function search(dictionary: Dictionary, all: readonly Entry[], asked: Asked): Found {
  const words = asked.words.toLowerCase().split(/\s+/).filter(Boolean);
  const has = (...texts: (string | null)[]): boolean => {
    const whole = texts.join("\n").toLowerCase();
    return words.every((word) => whole.includes(word));
  };
  const chosen = all.filter(
    (each) =>
      (!asked.owner || each.owner.id === asked.owner) && (!asked.shareClass || each.shareClass === asked.shareClass),
  );
  const filtered = asked.owner !== "" || asked.shareClass !== "";
  const entries = chosen.filter((each) => has(...wordsOfEntry(each)));
  const within = withQuery(dictionary).filter(
    (type) => !filtered || type.entries.some((each) => chosen.includes(each)),
  );
  const names = new Set(within.map((each) => each.name));
  const types = within.flatMap((type) => foundType(type, has));
  const identifiers = dictionary.identifiers
    .filter((each) => !filtered || each.usedIn.some((coordinate) => names.has(coordinate.split(".", 1)[0] ?? "")))
    .filter((each) => has(...wordsOfIdentifier(each)));
  const fields = types.reduce((sum, each) => sum + each.fields.length, 0);
  return { entries, types, identifiers, count: entries.length + fields + identifiers.length };
}

export function withQuery(dictionary: Dictionary): RecordType[] {
  return dictionary.query ? [dictionary.query, ...dictionary.types] : dictionary.types;
}

function foundType(type: RecordType, has: (...texts: (string | null)[]) => boolean): FoundType[] {
  if (has(type.name, type.text.zh, type.text.en)) return [{ type, fields: type.fields }];
  const fields = type.fields.filter((each) =>
    has(`${type.name}.${each.name}`, each.type, each.text.zh, each.text.en, each.scopes.flat().join(" ")),
  );
  return fields.length > 0 ? [{ type, fields }] : [];
}

function wordsOfEntry(entry: Entry): (string | null)[] {
  const { owner } = entry;
  const terms = entry.terms.flatMap((each) => [each.type, ...each.fields, ...each.purposes, each.legalBasis]);
  const kept = entry.notShared.flatMap((each) => [each.type, ...each.fields, each.reason, each.legalBasis]);
  const own = [entry.catalogueId, entry.title, entry.policyId, entry.legalBasis, owner.id, owner.name, owner.nameEn];
  return [...own, ...terms, ...kept];
}

function wordsOfIdentifier(identifier: Identifier): (string | null)[] {
  return [identifier.name, identifier.text.zh, identifier.text.en, identifier.specifiedBy];
}
