import type { Outcome } from "../../hub/types";
import { typeOf } from "./model";

export interface Stand {
  readonly outcome: Outcome;
  readonly sentence: string;
}

export type Direction = "GAINED" | "LOST" | "CHANGED";

/** What a proposed policy would change for one recipient of one field. */
export interface Change {
  readonly coordinate: string;
  /** None if it is about no agency in particular. */
  readonly agency: string | null;
  readonly recipient: string;
  readonly providers: readonly string[];
  readonly change: Direction;
  readonly before: Stand;
  readonly after: Stand;
}

export interface Problem {
  readonly where: string;
  readonly what: string;
}

export interface Difference {
  readonly policyId: string | null;
  readonly version: number | null;
  /** Whether it was compared at all, or problems stand in the way. */
  readonly compared: boolean;
  readonly changes: readonly Change[];
  readonly problems: readonly Problem[];
}

export interface ChangedType {
  readonly type: string;
  readonly changes: readonly Change[];
}

/** Changes by type, in the order in which they came. */
export function byType(changes: readonly Change[]): ChangedType[] {
  const types = new Map<string, Change[]>();
  for (const change of changes) {
    const type = typeOf(change.coordinate);
    types.set(type, [...(types.get(type) ?? []), change]);
  }
  return [...types].map(([type, changed]) => ({ type, changes: changed }));
}

export function tally(changes: readonly Change[]): Record<Direction, number> {
  const counts: Record<Direction, number> = { GAINED: 0, LOST: 0, CHANGED: 0 };
  for (const each of changes) counts[each.change] += 1;
  return counts;
}
