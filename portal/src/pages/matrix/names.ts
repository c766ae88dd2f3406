import type { Purpose } from "../../hub/types";
import type { Text } from "../../i18n";
import type { Agency } from "./model";

/** The agency's name in both languages, as far as the hub knows it. */
export function agencyText({ id, name, nameEn }: Agency): Text {
  return { zh: name ?? id, en: nameEn ?? name ?? id };
}

/** The purpose's name; its code where the registry has none. */
export function purposeText(purposes: readonly Purpose[], id: string): Text {
  return purposes.find((each) => each.id === id) ?? { zh: id, en: id };
}
