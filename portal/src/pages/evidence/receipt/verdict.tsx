import { useText } from "../../../i18n";
import { Icon, type IconName } from "../../../ui";
import { ELSEWHERE, proves, RECEIPT, rootTold, STAMP, STATES, STEP } from "../texts";
import type { Check, Found, State, Verdict } from "../verify/verify";
import { Said } from "./said";

const ICONS: Record<State, IconName> = { met: "given", failed: "error", open: "clock", absent: "info" };

/** What was proven, step by step, each in words. */
export function VerdictShown({ verdict }: { verdict: Verdict }) {
  const text = useText();
  const { holds, checks, found } = verdict;
  return (
    <div className="stack">
      <div className="receipt-head" data-holds={holds}>
        <Icon name={holds ? "given" : "error"} />
        <div>
          <p className="receipt-title">{text(holds ? RECEIPT.holds : RECEIPT.fails)}</p>
          {holds && found.proof && found.head && (
            <p>{text(proves(found.head.size, found.proof.index, found.head.at))}</p>
          )}
        </div>
      </div>
      <ol className="receipt-steps">
        {checks.map((check) => (
          <Step key={check.step} check={check} found={found} />
        ))}
      </ol>
      {holds && found.record && <Said record={found.record} />}
      <details>
        <summary>{text(RECEIPT.elsewhere)}</summary>
        <ul className="receipt-elsewhere">
          {[...ELSEWHERE, ...(found.proof?.isStamped ? [STAMP] : [])].map((each) => (
            <li key={each.en}>{text(each)}</li>
          ))}
        </ul>
      </details>
    </div>
  );
}

function Step({ check, found }: { check: Check; found: Found }) {
  const text = useText();
  const { step, state, reason } = check;
  return (
    <li data-state={state}>
      <Icon name={ICONS[state]} />
      <div>
        <p>
          <strong>{text(STEP[step].title)}</strong> <span className="receipt-state">{text(STATES[state])}</span>
        </p>
        {reason && <p className="receipt-reason">{text(reason)}</p>}
        {state === "met" && <p className="muted">{text(STEP[step].told)}</p>}
        {state === "met" && <Detail step={step} found={found} />}
      </div>
    </li>
  );
}

function Detail({ step, found }: { step: Check["step"]; found: Found }) {
  const text = useText();
  if (step === "root" && found.root) {
    const { version, threshold, signedBy, digest } = found.root;
    return (
      <>
        <p>{text(rootTold(version, threshold, signedBy.length))}</p>
        <ul className="receipt-detail">
          {[...signedBy, digest].map((each) => (
            <li key={each}>
              <code>{each}</code>
            </li>
          ))}
        </ul>
      </>
    );
  }
  const detail = step === "record" ? found.record?.leafHex : step === "head" ? found.head?.at : null;
  return detail ? (
    <p className="receipt-detail">
      <code>{detail}</code>
    </p>
  ) : null;
}
