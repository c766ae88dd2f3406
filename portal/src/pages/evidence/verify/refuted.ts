import type { Text } from "../../../i18n";

/** The steps by which evidence is verified, in their order: those of `baygate audit verify-receipt`. */
export const STEPS = ["root", "form", "record", "receipt", "head", "inclusion", "body"] as const;
export type Step = (typeof STEPS)[number];

/** Evidence that proves nothing, and why; what was not looked at yet stays unknown. */
export class Refuted extends Error {
  readonly reason: Text;

  constructor(zh: string, en: string) {
    super(en);
    this.name = "Refuted";
    this.reason = { zh, en };
  }
}
