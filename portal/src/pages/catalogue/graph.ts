import { type RecordType, compare } from "./dictionary";

export interface Edge {
  readonly from: string;
  readonly to: string;
  readonly kind: "field" | "implements" | "member";
  /** The fields that lead there. */
  readonly fields: string[];
}

export interface Node {
  readonly name: string;
  readonly x: number;
  readonly y: number;
}

export interface Lane {
  readonly view: string | null;
  readonly y: number;
  readonly height: number;
}

export interface Picture {
  readonly nodes: Node[];
  readonly edges: Edge[];
  readonly lanes: Lane[];
  readonly width: number;
  readonly height: number;
}

export const NODE = { width: 208, height: 32 };
const GAP = { x: 84, y: 12 };
const LANE = { pad: 20, head: 24 };
const MARGIN = 24;

/** What leads where. Of an implementation only the fields that its interface does not have already. */
export function edgesOf(types: readonly RecordType[]): Edge[] {
  const byName = new Map(types.map((each) => [each.name, each]));
  const edges = types.flatMap((type) => {
    const inherited = new Set(
      type.interfaces.flatMap((name) => byName.get(name)?.fields.map((each) => each.name) ?? []),
    );
    const leading = new Map<string, string[]>();
    for (const field of type.fields) {
      if (!byName.has(field.target) || inherited.has(field.name)) continue;
      leading.set(field.target, [...(leading.get(field.target) ?? []), field.name]);
    }
    const fields = [...leading].map(([to, named]): Edge => ({ from: type.name, to, kind: "field", fields: named }));
    const kind = type.kind === "UNION" ? "member" : "implements";
    const members = type.members
      .filter((name) => byName.has(name))
      .map((to): Edge => ({ from: type.name, to, kind, fields: [] }));
    return [...fields, ...members];
  });
  return edges.sort((one, other) =>
    compare(`${one.from} ${one.to} ${one.kind}`, `${other.from} ${other.to} ${other.kind}`),
  );
}

/**
 * Draw a lane for each view in the order of `views` (the one without a name first, since Query is there), and in it columns by distance from the entry points. The same types always give the same
 * picture: what is in a cell stands by the place of what leads to it, then by name.
 */
export function pictureOf(types: readonly RecordType[], views: readonly string[]): Picture {
  const edges = edgesOf(types);
  const depths = depthsOf(types, edges);
  const rank = (view: string | null) =>
    view === null ? -1 : views.includes(view) ? views.indexOf(view) : views.length;
  const present = [...new Set(types.map((each) => each.view))].sort(
    (one, other) => rank(one) - rank(other) || compare(one ?? "", other ?? ""),
  );
  const columns = Math.max(0, ...depths.values()) + 1;
  const width = 2 * MARGIN + columns * NODE.width + (columns - 1) * GAP.x;
  const nodes = new Map<string, Node>();
  const lanes: Lane[] = [];
  let top = MARGIN;
  for (const view of present) {
    const cells = cellsOf(
      types.filter((each) => each.view === view).map((each) => each.name),
      depths,
      columns,
    );
    const rows = Math.max(...cells.map((each) => each.length));
    const height = LANE.head + LANE.pad + rows * (NODE.height + GAP.y);
    cells.forEach((cell, column) => {
      placed(cell, edges, nodes).forEach((name, row) => {
        const x = MARGIN + column * (NODE.width + GAP.x);
        nodes.set(name, { name, x, y: top + LANE.head + LANE.pad / 2 + row * (NODE.height + GAP.y) });
      });
    });
    lanes.push({ view, y: top, height });
    top += height + GAP.y;
  }
  return { nodes: [...nodes.values()], edges, lanes, width, height: top - GAP.y + MARGIN };
}

/** Steps from the entry points; what nothing leads to stands in the column after Query. */
function depthsOf(types: readonly RecordType[], edges: readonly Edge[]): Map<string, number> {
  const query = types.find((each) => each.name === "Query");
  const depths = new Map<string, number>();
  let reached = query ? [query.name] : types.slice(0, 1).map((each) => each.name);
  for (let depth = 0; reached.length > 0; depth += 1) {
    for (const name of reached) depths.set(name, depth);
    const next = edges.filter((each) => reached.includes(each.from) && !depths.has(each.to)).map((each) => each.to);
    reached = [...new Set(next)];
  }
  for (const { name } of types) if (!depths.has(name)) depths.set(name, 1);
  return depths;
}

function cellsOf(names: readonly string[], depths: ReadonlyMap<string, number>, columns: number): string[][] {
  return Array.from({ length: columns }, (_, column) => names.filter((each) => depths.get(each) === column));
}

function placed(cell: string[], edges: readonly Edge[], nodes: ReadonlyMap<string, Node>): string[] {
  const place = (name: string): number => {
    const above = edges.filter((each) => each.to === name).flatMap((each) => nodes.get(each.from)?.y ?? []);
    return above.length > 0 ? above.reduce((sum, each) => sum + each, 0) / above.length : Number.MAX_SAFE_INTEGER;
  };
  return [...cell].sort((one, other) => place(one) - place(other) || compare(one, other));
}

/** The line of an edge: from side to side, or around to the right where both stand in one column. */
export function lineOf(from: Node, to: Node): string {
  const [y1, y2] = [from.y + NODE.height / 2, to.y + NODE.height / 2];
  if (from.x < to.x) return curve(from.x + NODE.width, y1, to.x, y2, GAP.x * 0.6, -GAP.x * 0.6);
  if (from.x > to.x) return curve(from.x, y1, to.x + NODE.width, y2, -GAP.x * 0.6, GAP.x * 0.6);
  const right = from.x + NODE.width;
  return curve(right, y1, right, y2, GAP.x * 0.6, GAP.x * 0.6);
}

function curve(x1: number, y1: number, x2: number, y2: number, out: number, into: number): string {
  return `M${x1} ${y1}C${x1 + out} ${y1} ${x2 + into} ${y2} ${x2} ${y2}`;
}
