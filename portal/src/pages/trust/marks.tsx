import type { Outcome } from "../../hub/types";
import { type Text, useText } from "../../i18n";
import { Icon, type IconName } from "../../ui";
import type { EntryStanding, Standing } from "./expiry";
import { STANDINGS } from "./texts";

const LOOKS: Record<Standing | EntryStanding, { icon: IconName; colour: Outcome }> = {
  good: { icon: "given", colour: "ALLOW" },
  soon: { icon: "clock", colour: "TRANSFORM" },
  over: { icon: "withheld", colour: "WITHHOLD" },
  "not yet": { icon: "clock", colour: "CONDITIONAL" },
};

/** How it stands with something that ends, by icon, word and colour. */
export function StandingMark({ standing }: { standing: Standing | EntryStanding }) {
  const text = useText();
  const { icon, colour } = LOOKS[standing];
  return (
    <span className="badge" data-outcome={colour}>
      <Icon name={icon} />
      {text(STANDINGS[standing])}
    </span>
  );
}

const LEVELS = [1, 2, 3, 4];

/** How well it is known who holds a certificate, of four levels. */
export function Assurance({ level, label }: { level: number; label: Text }) {
  const text = useText();
  return (
    <span className="assurance" role="img" aria-label={`${text(label)} ${level} / 4`}>
      {LEVELS.map((each) => (
        <span key={each} className="assurance-step" data-on={each <= level} />
      ))}
      <span className="assurance-number">{level} / 4</span>
    </span>
  );
}
