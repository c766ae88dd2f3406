/** Where in the text of an answer stands what the answer tells of its fields. */
import type { Selected } from "./selected";
import type { Kind, Path, Told } from "./told";

/** A line of the answer that is marked, with what is told of it. */
export interface Mark {
  readonly line: number;
  readonly told: readonly Told[];
  /** Whether it is known to hold here; what is told of some providers' rows may be told of others than this one. */
  readonly sure: boolean;
}

/** Whether a value is what the telling is about: of a list's rows, some are and some are not. */
const CONCERNS: Readonly<Record<Kind, (value: unknown) => boolean>> = {
  withheld: (value) => value === null,
  conditional: (value) => value === null,
  small: (value) => value === null,
  refused: (value) => value === null,
  masked: (value) => value !== null,
};

/** The marks of an answer that is written with two spaces of indentation, in the order of their lines. */
export function marksOf(body: unknown, told: readonly Told[], selected: readonly Selected[]): readonly Mark[] {
  const data = (body as { data?: unknown } | null)?.data;
  const lines = linesOf(body);
  const found = new Map<number, Mark>();
  for (const each of told) {
    for (const place of placesOf(each, data, selected)) {
      const line = lines.get(keyOf(["data", ...place.path]));
      if (line === undefined || !CONCERNS[each.kind](place.value)) continue;
      const provider = each.providers.length > 0 ? providerOf(place, data, selected) : null;
      if (provider !== null && !each.providers.includes(provider)) continue;
      const before = found.get(line);
      const sure = each.providers.length === 0 || provider !== null;
      found.set(line, { line, told: [...(before?.told ?? []), each], sure: sure && (before?.sure ?? true) });
    }
  }
  return [...found.values()].sort((a, b) => a.line - b.line);
}

/** Whose row a place is in, where the operation asked for it beside the place. */
function providerOf({ path }: Place, data: unknown, selected: readonly Selected[]): string | null {
  const row = path.slice(0, -1);
  const keys = row.filter((each) => typeof each === "string");
  const beside = selected.find(
    (each) =>
      each.field === "provider" && each.path.length === keys.length + 1 && keys.every((key, i) => each.path[i] === key),
  );
  const found = row.reduce<unknown>((value, key) => (value as Record<string, unknown> | null)?.[key], data);
  const provider = beside && (found as Record<string, unknown> | null)?.[beside.path.at(-1) ?? ""];
  return typeof provider === "string" ? provider : null;
}

export interface Place {
  readonly path: Path;
  readonly value: unknown;
}

/**
 * The places that a telling is about. Its path stops at a list; what it is about in the list's rows is known by its
 * field, wherever the operation selects it below. Where it is not selected below, the path itself is the place.
 */
export function placesOf(told: Told, data: unknown, selected: readonly Selected[]): readonly Place[] {
  if (told.path === null) return [];
  const path = told.path.map(String);
  const [owner = "", field = ""] = told.coordinate?.split(".") ?? [];
  const below = selected.filter(
    (each) =>
      each.field === field && each.owners.includes(owner) && path.every((key, depth) => each.path[depth] === key),
  );
  const paths = below.length > 0 ? below.map((each) => each.path) : [path];
  return paths.flatMap((each) => expanded(data, each));
}

/** The places of a response path in the data: one for each row of the lists on the way, ended where there is null. */
function expanded(value: unknown, keys: readonly string[], at: Path = []): readonly Place[] {
  if (Array.isArray(value)) return value.flatMap((each, index) => expanded(each, keys, [...at, index]));
  const [key, ...rest] = keys;
  if (key === undefined || value === null) return [{ path: at, value }];
  if (typeof value !== "object" || !(key in value)) return [];
  return expanded((value as Record<string, unknown>)[key], rest, [...at, key]);
}

/** The line on which each value begins in `JSON.stringify(body, null, 2)`, by its path. */
export function linesOf(body: unknown): ReadonlyMap<string, number> {
  const lines = new Map<string, number>();
  let line = 1;
  const walk = (value: unknown, path: Path) => {
    lines.set(keyOf(path), line);
    const inside = Array.isArray(value) ? [...value.entries()] : isObject(value) ? Object.entries(value) : [];
    for (const [key, child] of inside) {
      line += 1;
      walk(child, [...path, key]);
    }
    if (inside.length > 0) line += 1;
  };
  walk(body, []);
  return lines;
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function keyOf(path: Path): string {
  return path.join("\u0000");
}
