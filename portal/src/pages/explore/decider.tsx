import type { PolicyVersion } from "../../hub/types";
import { useText } from "../../i18n";
import { POLICY, RULE, VERSION } from "./texts";

/** The policies that decided, each with the rules in it that did; a rule is told as "agency/policy#rule". */
export function Decider({ policies, rules }: { policies: readonly PolicyVersion[]; rules: readonly string[] }) {
  const text = useText();
  if (policies.length === 0 && rules.length === 0) return <span>–</span>;
  const named = policies.length > 0 ? policies : [{ policyId: "", version: 0 }];
  return (
    <ul className="decider">
      {named.map(({ policyId, version }) => (
        <li key={policyId}>
          {policyId !== "" && (
            <>
              <span className="muted">{text(POLICY)}</span> <code>{policyId}</code>
            </>
          )}
          {version > 0 && <span className="muted"> {text(VERSION(version))}</span>}
          {rulesIn(policyId, rules).map((rule) => (
            <span key={rule}>
              {" "}
              <span className="muted">{text(RULE)}</span> <code>{rule}</code>
            </span>
          ))}
        </li>
      ))}
    </ul>
  );
}

/** The names of the rules in a policy; one that is told without a policy belongs to the only one there is. */
function rulesIn(policyId: string, rules: readonly string[]): readonly string[] {
  return rules.flatMap((each) => {
    const [policy, name] = each.split("#", 2);
    return name === undefined ? [each] : policy === policyId ? [name] : [];
  });
}
