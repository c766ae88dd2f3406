import type { Outcome } from "../hub/types";
import { useText } from "../i18n";
import { OUTCOMES } from "../i18n/common";
import { Icon, type IconName } from "./icon";

export const OUTCOME_ICONS: Record<Outcome, IconName> = {
  ALLOW: "given",
  TRANSFORM: "masked",
  CONDITIONAL: "rows",
  WITHHOLD: "withheld",
};

/** What becomes of a field, told by icon, word and colour; `label` says it in other words. */
export function Badge({ outcome, label }: { outcome: Outcome; label?: string }) {
  const text = useText();
  return (
    <span className="badge" data-outcome={outcome}>
      <Icon name={OUTCOME_ICONS[outcome]} />
      {label ?? text(OUTCOMES[outcome])}
    </span>
  );
}
