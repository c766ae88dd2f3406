/** The caller's access by type, as the panel lists it. */
import type { Access, FieldAccess, Outcome } from "../../hub/types";

export interface AccessField {
  readonly coordinate: string;
  readonly name: string;
  readonly access: FieldAccess;
}

export interface AccessGroup {
  readonly type: string;
  readonly fields: readonly AccessField[];
}

const ROOT = "Query";

/** Fields that fit a search and an outcome, by type: entry points first, then types by name. */
export function groupsOf(access: Access, search: string, outcome: Outcome | null): readonly AccessGroup[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const groups = new Map<string, AccessField[]>();
  for (const [coordinate, each] of Object.entries(access.fields)) {
    const [type = "", name = ""] = coordinate.split(".");
    if (outcome !== null && each.outcome !== outcome) continue;
    if (!words.every((word) => coordinate.toLowerCase().includes(word))) continue;
    groups.set(type, [...(groups.get(type) ?? []), { coordinate, name, access: each }]);
  }
  return [...groups]
    .map(([type, fields]) => ({ type, fields }))
    .sort((a, b) => Number(b.type === ROOT) - Number(a.type === ROOT) || a.type.localeCompare(b.type));
}

/** How many fields come out in each way. */
export function countsOf(access: Access): Readonly<Record<Outcome, number>> {
  const counts = { ALLOW: 0, TRANSFORM: 0, CONDITIONAL: 0, WITHHOLD: 0 };
  for (const { outcome } of Object.values(access.fields)) counts[outcome] += 1;
  return counts;
}
