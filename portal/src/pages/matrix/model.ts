import type { AccessAnswer, Outcome } from "../../hub/types";

export interface Agency {
  readonly id: string;
  readonly name: string | null;
  readonly nameEn: string | null;
  readonly jurisdiction: string | null;
  /** Whether it is the one that looks. */
  readonly own: boolean;
}

/** What becomes of a field, and why. */
export type Told = Omit<AccessAnswer, "providers" | "reason">;

/** What becomes of one field for one agency; in parts, if it is not the same for all providers. */
export interface Cell extends Told {
  readonly sentence: string;
  readonly answers?: readonly AccessAnswer[];
}

export interface Matrix {
  readonly purpose: string;
  /** The agency whose own policies are shown; none if the one that looks provides nothing. */
  readonly owner: string | null;
  readonly agencies: readonly Agency[];
  readonly fields: readonly string[];
  /** The fields of which the owner's own policies decide. */
  readonly provided: readonly string[];
  readonly cells: Readonly<Record<string, Readonly<Record<string, Cell>>>>;
}

/** What the owner gives to everybody, or what the one that looks gets of everybody. */
export type Side = "gives" | "gets";

/** A part of the matrix: the fields and the agencies of one side. */
export interface Part {
  readonly agencies: readonly Agency[];
  readonly fields: readonly string[];
  readonly cells: Matrix["cells"];
}

export function partOf({ agencies, fields, provided, cells }: Matrix, side: Side): Part {
  if (side === "gives") return { agencies, fields: provided, cells };
  return { agencies: agencies.filter((each) => each.own), fields, cells };
}

export interface Filter {
  readonly type: string;
  readonly outcome: Outcome | "";
}

export interface Row {
  readonly coordinate: string;
  readonly field: string;
}

export interface Group {
  readonly type: string;
  readonly rows: readonly Row[];
}

export function typeOf(coordinate: string): string {
  return coordinate.split(".", 1)[0] ?? coordinate;
}

export function fieldOf(coordinate: string): string {
  return coordinate.slice(typeOf(coordinate).length + 1);
}

/** The types of which there are fields, in their order. */
export function typesOf(part: Part): string[] {
  return [...new Set(part.fields.map(typeOf))];
}

/** Group fields by type, keeping those that fit the filter: an outcome fits if any agency meets it. */
export function groupsOf(part: Part, filter: Filter): Group[] {
  const groups = new Map<string, Row[]>();
  for (const coordinate of part.fields) {
    const type = typeOf(coordinate);
    if (filter.type && type !== filter.type) continue;
    if (filter.outcome && !cellsOf(part, coordinate).some((each) => each.outcome === filter.outcome)) continue;
    groups.set(type, [...(groups.get(type) ?? []), { coordinate, field: fieldOf(coordinate) }]);
  }
  return [...groups].map(([type, rows]) => ({ type, rows }));
}

/** How many cells come out in each way, of one type or of all. */
export function countsOf(part: Part, type: string): Record<Outcome, number> {
  const counts: Record<Outcome, number> = { ALLOW: 0, TRANSFORM: 0, CONDITIONAL: 0, WITHHOLD: 0 };
  for (const coordinate of part.fields) {
    if (type && typeOf(coordinate) !== type) continue;
    for (const cell of cellsOf(part, coordinate)) counts[cell.outcome] += 1;
  }
  return counts;
}

function cellsOf(part: Part, coordinate: string): Cell[] {
  return part.agencies.flatMap((each) => part.cells[coordinate]?.[each.id] ?? []);
}

export interface Place {
  readonly row: number;
  readonly column: number;
}

/** Where a key leads from a cell of a grid (WAI-ARIA Authoring Practices, grid); null if it leads nowhere. */
export function moved(at: Place, key: string, control: boolean, size: { rows: number; columns: number }): Place | null {
  const last = { row: size.rows - 1, column: size.columns - 1 };
  const within = (row: number, column: number): Place => ({
    row: Math.min(Math.max(row, 0), last.row),
    column: Math.min(Math.max(column, 0), last.column),
  });
  switch (key) {
    case "ArrowUp":
      return within(at.row - 1, at.column);
    case "ArrowDown":
      return within(at.row + 1, at.column);
    case "ArrowLeft":
      return within(at.row, at.column - 1);
    case "ArrowRight":
      return within(at.row, at.column + 1);
    case "Home":
      return within(control ? 0 : at.row, 0);
    case "End":
      return within(control ? last.row : at.row, last.column);
    case "PageUp":
      return within(at.row - PAGE, at.column);
    case "PageDown":
      return within(at.row + PAGE, at.column);
    default:
      return null;
  }
}

const PAGE = 10;
