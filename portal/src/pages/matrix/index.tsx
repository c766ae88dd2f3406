import { useId } from "react";

import { useGet } from "../../hub/loaded";
import { useSession } from "../../hub/session";
import type { Outcome } from "../../hub/types";
import { useText } from "../../i18n";
import { useRoute } from "../../routes";
import { Failure, Page, Spinner, Tabs } from "../../ui";
import { Current, type Shown } from "./current";
import type { Matrix } from "./model";
import { useProposal } from "./proposal";
import { Proposed } from "./proposed";
import { INTRO, PURPOSE, TAB_MATRIX, TAB_PROPOSED, TABS, TITLE } from "./texts";
import "./matrix.css";

export default function AccessMatrix() {
  const text = useText();
  const id = useId();
  const { session } = useSession();
  const { query, setQuery } = useRoute();
  const purpose = query.get("purpose") ?? session.purpose ?? "";
  const { data, error, loading, reload } = useGet<Matrix>(
    purpose ? `/explore/api/matrix?${new URLSearchParams({ purpose })}` : null,
    session.person?.subject,
  );
  const proposal = useProposal(purpose);
  const shown = shownBy(query);
  const tab = query.get("tab") ?? "current";
  const show = (next: Shown, at = tab, of = purpose) => setQuery(queryOf(next, at, of));

  const purposes = (
    <div className="field">
      <label htmlFor={id}>{text(PURPOSE)}</label>
      <select id={id} className="select" value={purpose} onChange={(event) => show(shown, tab, event.target.value)}>
        {session.purposes.map((each) => (
          <option key={each.id} value={each.id}>
            {text(each)}
          </option>
        ))}
      </select>
    </div>
  );
  const current = (
    <div aria-busy={loading}>
      {loading && !data && <Spinner />}
      {error && <Failure error={error} onRetry={reload} />}
      {data && !error && <Current matrix={data} shown={shown} onShow={show} />}
    </div>
  );
  const tabs = [
    { id: "current", label: text(TAB_MATRIX), content: current },
    { id: "proposed", label: text(TAB_PROPOSED), content: <Proposed proposal={proposal} /> },
  ];
  return (
    <Page title={text(TITLE)} intro={text(INTRO)} actions={purposes}>
      <Tabs label={text(TABS)} tabs={tabs} selected={tab} onSelect={(next) => show(shown, next)} />
    </Page>
  );
}

const OUTCOMES: readonly string[] = ["ALLOW", "TRANSFORM", "CONDITIONAL", "WITHHOLD"] satisfies Outcome[];

/** What the address says is shown. */
function shownBy(query: URLSearchParams): Shown {
  const outcome = query.get("outcome") ?? "";
  const [coordinate, agency] = [query.get("field"), query.get("agency")];
  return {
    side: query.get("side") === "gets" ? "gets" : "gives",
    type: query.get("type") ?? "",
    outcome: OUTCOMES.includes(outcome) ? (outcome as Outcome) : "",
    chosen: coordinate && agency ? { coordinate, agency } : null,
  };
}

function queryOf({ side, type, outcome, chosen }: Shown, tab: string, purpose: string): Record<string, string> {
  return {
    ...(purpose ? { purpose } : {}),
    ...(tab === "current" ? {} : { tab }),
    ...(side === "gives" ? {} : { side }),
    ...(type ? { type } : {}),
    ...(outcome ? { outcome } : {}),
    ...(chosen ? { field: chosen.coordinate, agency: chosen.agency } : {}),
  };
}
