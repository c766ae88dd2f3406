/** Answers that say the same of several providers' rows, said once. */
import type { AccessAnswer, PolicyVersion } from "../hub/types";

export function merged(answers: readonly AccessAnswer[]): readonly AccessAnswer[] {
  const alike = new Map<string, AccessAnswer>();
  for (const each of answers) {
    const { outcome, cause, ground, ways, wouldHelp } = each;
    const said = JSON.stringify([outcome, cause, ground, ways, wouldHelp]);
    const before = alike.get(said);
    alike.set(said, before ? together(before, each) : each);
  }
  return [...alike.values()];
}

function together(one: AccessAnswer, other: AccessAnswer): AccessAnswer {
  const policies = new Map<string, PolicyVersion>();
  for (const each of [...one.policies, ...other.policies]) policies.set(each.policyId, each);
  return {
    ...one,
    // of no provider in particular is of all
    providers:
      one.providers.length && other.providers.length ? [...new Set([...one.providers, ...other.providers])] : [],
    policies: [...policies.values()],
    rules: [...new Set([...one.rules, ...other.rules])],
  };
}
