import type { Outcome } from "../../hub/types";

/** What stands in the editors for what becomes of a field, where only text can stand; always with a word or a hover. */
export const SYMBOLS: Readonly<Record<Outcome, string>> = {
  ALLOW: "✓",
  TRANSFORM: "◐",
  CONDITIONAL: "◔",
  WITHHOLD: "⊘",
};
