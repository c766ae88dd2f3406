import { useText } from "../../i18n";
import { hashOf } from "../../routes";
import { Icon, type IconName } from "../../ui";
import type { Owner, ShareClass } from "./entries";
import { CLASSES, NO_VIEW, VIEWS } from "./texts";

/** The hash at which the catalogue shows a type. */
export function typeHash(name: string): string {
  return hashOf("catalogue", { tab: "types", type: name });
}

export function TypeLink({ name }: { name: string }) {
  return (
    <a href={typeHash(name)}>
      <code>{name}</code>
    </a>
  );
}

export function useOwnerName(): (owner: Owner) => string {
  const text = useText();
  return ({ id, name, nameEn }) => text({ zh: name ?? id, en: nameEn ?? name ?? id });
}

export function useViewName(): (view: string | null) => string {
  const text = useText();
  return (view) => (view === null ? text(NO_VIEW) : VIEWS[view] ? text(VIEWS[view]) : view);
}

const LOOKS: Record<ShareClass, { icon: IconName; outcome: string }> = {
  UNCONDITIONAL: { icon: "given", outcome: "ALLOW" },
  CONDITIONAL: { icon: "rows", outcome: "CONDITIONAL" },
  NOT_SHARED: { icon: "withheld", outcome: "WITHHOLD" },
};

/** How records are shared, by icon, word and colour. */
export function ClassMark({ shareClass }: { shareClass: ShareClass }) {
  const text = useText();
  const { icon, outcome } = LOOKS[shareClass];
  return (
    <span className="badge" data-outcome={outcome}>
      <Icon name={icon} />
      {text(CLASSES[shareClass])}
    </span>
  );
}
