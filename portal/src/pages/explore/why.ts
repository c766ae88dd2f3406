/** Why something in an answer is not given in full, in words. */
import { merged } from "../../access/merged";
import { answerText, causeText } from "../../access/words";
import type { Access, AccessAnswer, Cause, PolicyVersion, WouldHelp } from "../../hub/types";
import type { Text } from "../../i18n";
import { ADVICE, TOLD } from "./texts";
import type { Told } from "./told";

/** The caller's access as it held for an answer: what is known of it now, if it is for the same purpose. */
export function accessOf(answered: { readonly purpose: string | null }, access: Access | null): Access | null {
  return access?.purpose === answered.purpose ? access : null;
}

/** Sentences that say why: as the caller's access has them, else as the answer alone lets us know. */
export function whyOf(told: Told, access: Access | null): readonly Text[] {
  if (told.kind === "refused") return [ADVICE[told.code] ?? TOLD.refused];
  const answers = concerning(told, access);
  if (answers.length > 0) return merged(answers).map(answerText);
  if (told.kind !== "withheld") return [TOLD[told.kind]];
  const cause = causeText({ cause: causeOf(told), ground: null });
  return [{ zh: `不给予：${cause.zh}。`, en: `Withheld: ${cause.en}.` }];
}

/** The policies that decided, each with its version where the caller's access tells it. */
export function policiesOf(told: Told, access: Access | null): readonly PolicyVersion[] {
  const found = new Map(told.policy === null ? [] : [[told.policy, 0]]);
  for (const rule of told.rules) if (rule.includes("#")) found.set(rule.split("#", 1)[0] ?? rule, 0);
  for (const { policies } of concerning(told, access)) {
    for (const each of policies) found.set(each.policyId, each.version);
  }
  return [...found].map(([policyId, version]) => ({ policyId, version }));
}

/** What would help: in rows of some providers it can be one thing, and in those of others another. */
export function helpsOf(told: Told, access: Access | null): readonly WouldHelp[] {
  const helps = [told.helps, ...concerning(told, access).map(({ wouldHelp }) => wouldHelp)];
  const distinct = new Map(helps.map((each) => [JSON.stringify([each.scopes, each.purposes]), each]));
  const some = [...distinct.values()].filter(({ scopes, purposes }) => scopes.length + purposes.length > 0);
  return some.length > 0 ? some : [told.helps];
}

/** What the caller's access says of the field, or of all of a type's, as far as it has to do with what is told. */
function concerning(told: Told, access: Access | null): readonly AccessAnswer[] {
  const { coordinate } = told;
  const fields = Object.entries(access?.fields ?? {}).filter(
    ([each]) => each === coordinate || (coordinate !== null && each.startsWith(`${coordinate}.`)),
  );
  const answers = fields.flatMap(([, each]) => each.answers);
  const fits: Partial<Record<Told["kind"], (answer: AccessAnswer) => boolean>> = {
    withheld: ({ outcome }) => outcome === "WITHHOLD",
    masked: ({ ways }) => ways.some(({ transform }) => transform !== null),
    conditional: ({ outcome }) => outcome === "CONDITIONAL",
  };
  return answers
    .filter(fits[told.kind] ?? (() => false))
    .filter(
      ({ providers }) =>
        told.providers.length === 0 ||
        providers.length === 0 ||
        providers.some((each) => told.providers.includes(each)),
    );
}

function causeOf({ policy, rules, helps }: Told): Cause {
  if (helps.scopes.length > 0) return "SCOPE";
  if (policy === null) return "UNGRANTED";
  if (rules.length > 0) return "DENIED";
  return helps.purposes.length > 0 ? "PURPOSE" : "OTHERS";
}
