import type { Text } from "../../i18n";

/** A description of the schema, taken apart: "English. 中文", and below it the scopes that the hub says in words. */
export interface Described {
  readonly text: Text;
  readonly scopes: string[][];
}

const HAN = /\p{Script=Han}/u;
const SCOPES = /(?:^|\n)\s*Scopes: ([^\n]*)\.\s*$/;

/** Standard introspection shows no directives, so the hub says `@requiresScopes` at the end of a description. */
export function described(description: string | null | undefined): Described {
  const whole = description ?? "";
  const told = SCOPES.exec(whole);
  const text = bilingual(told ? whole.slice(0, told.index) : whole);
  return { text, scopes: told?.[1] ? alternatives(told[1]) : [] };
}

/** Split "English. 中文" where Chinese begins after a sentence; what has one language only stands for both. */
export function bilingual(text: string): Text {
  const said = text.replace(/\s+/g, " ").trim();
  let at = 0;
  for (const { index } of said.matchAll(/[.?!] /g)) {
    if (!HAN.test(said.slice(0, index)) && HAN.test(said.slice(index))) at = index + 1;
  }
  if (at === 0) return { zh: said, en: said };
  return { zh: said.slice(at).trim(), en: said.slice(0, at).trim() };
}

function alternatives(told: string): string[][] {
  return told.split(", or ").map((each) => each.split(" and ").map((scope) => scope.replace(/`/g, "").trim()));
}
