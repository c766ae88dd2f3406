/** What an answer tells of its fields: withheld and refused in its errors, masked and the like in its extensions. */
import type { GraphQLFormattedError, Outcome, WouldHelp } from "../../hub/types";

export type Kind = "withheld" | "masked" | "conditional" | "small" | "refused";

export type Path = readonly (string | number)[];

/** One thing that the answer tells of a place in it. */
export interface Told {
  readonly id: string;
  readonly kind: Kind;
  /** Where it stands, the list itself for what is in a list; null if it is about the whole request. */
  readonly path: Path | null;
  /** The field that it is about; it can be another than that of the path, e.g. one that orders a list. */
  readonly coordinate: string | null;
  readonly providers: readonly string[];
  readonly policy: string | null;
  readonly rules: readonly string[];
  readonly helps: WouldHelp;
  /** What the hub says itself, in English. */
  readonly message: string;
  readonly code: string;
}

export const OUTCOME_OF: Readonly<Record<Kind, Outcome>> = {
  withheld: "WITHHOLD",
  refused: "WITHHOLD",
  masked: "TRANSFORM",
  conditional: "CONDITIONAL",
  small: "CONDITIONAL",
};

const KINDS: Readonly<Record<string, Kind>> = {
  FIELD_WITHHELD: "withheld",
  FIELD_MASKED: "masked",
  FIELD_CONDITIONAL: "conditional",
  SMALL_CELL: "small",
};

/** All that an answer tells, what was not answered at all first. */
export function toldOf(
  errors: readonly GraphQLFormattedError[],
  extensions: Readonly<Record<string, unknown>>,
): readonly Told[] {
  const access = Array.isArray(extensions["access"]) ? extensions["access"] : [];
  return [
    ...errors.map((each, index) => ofError(each, `error-${index}`)),
    ...access.map((each, index) => ofAccess(record(each), `access-${index}`)),
  ];
}

function ofError({ message, path, extensions }: GraphQLFormattedError, id: string): Told {
  const told = record(extensions);
  const helps = record(told["helps"]);
  const code = text(told["code"]) ?? "";
  const rule = text(told["rule"]);
  return {
    id,
    kind: KINDS[code] ?? "refused",
    path: path ?? null,
    coordinate: text(told["coordinate"]),
    providers: texts(told["providers"]),
    policy: text(told["policy"]),
    rules: rule === null ? [] : [rule],
    helps: { scopes: texts(helps["scopes"]), purposes: texts(helps["purposes"]) },
    message,
    code,
  };
}

function ofAccess(told: Readonly<Record<string, unknown>>, id: string): Told {
  const code = text(told["code"]) ?? "";
  return {
    id,
    kind: KINDS[code] ?? "conditional",
    path: Array.isArray(told["path"]) ? (told["path"] as Path) : null,
    coordinate: text(told["coordinate"]),
    providers: texts(told["providers"]),
    policy: null,
    rules: texts(told["rules"]),
    helps: { scopes: [], purposes: [] },
    message: text(told["message"]) ?? "",
    code,
  };
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

function text(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === "string") : [];
}
