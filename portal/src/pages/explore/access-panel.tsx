import { useEffect, useMemo, useState } from "react";

import { useSession } from "../../hub/session";
import type { Access, Outcome } from "../../hub/types";
import { useText } from "../../i18n";
import { OUTCOMES as OUTCOMES_SAID } from "../../i18n/common";
import { Badge, Failure, Icon, OUTCOME_ICONS, Spinner } from "../../ui";
import { AccessFieldItem } from "./access-field";
import { type AccessGroup, countsOf, groupsOf } from "./access-groups";
import { useExplore } from "./state";
import * as say from "./texts";

const OUTCOMES: readonly Outcome[] = ["ALLOW", "TRANSFORM", "CONDITIONAL", "WITHHOLD"];

/** "My access": every field that policies decide about, and whether the caller is given it. */
export function AccessPanel() {
  const text = useText();
  const { access } = useExplore();
  const { session } = useSession();
  const purpose = session.purposes.find((each) => each.id === access.data?.purpose);
  return (
    <section className="access" aria-labelledby="access" aria-busy={access.loading}>
      <h2 id="access">{text(say.ACCESS)}</h2>
      {access.error && <Failure error={access.error} onRetry={access.reload} />}
      {purpose && <p className="muted">{text(say.ACCESS_INTRO(purpose))}</p>}
      {access.data ? <Fields access={access.data} /> : access.loading && <Spinner />}
    </section>
  );
}

function Fields({ access }: { access: Access }) {
  const text = useText();
  const { field } = useExplore();
  const [search, setSearch] = useState("");
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const counts = useMemo(() => countsOf(access), [access]);
  const groups = useMemo(() => groupsOf(access, search, outcome), [access, search, outcome]);
  const found = groups.reduce((total, each) => total + each.fields.length, 0);

  useEffect(() => {
    if (field === null) return;
    setSearch("");
    setOutcome(null);
  }, [field]);

  return (
    <>
      <input
        type="search"
        className="input"
        aria-label={text(say.ACCESS_SEARCH)}
        placeholder={text(say.ACCESS_SEARCH)}
        value={search}
        onChange={(event) => setSearch(event.target.value)}
      />
      <div className="access-filter" role="group" aria-label={text(say.ACCESS_FILTER)}>
        {OUTCOMES.map((each) => (
          <button
            key={each}
            type="button"
            aria-pressed={outcome === each}
            onClick={() => setOutcome(outcome === each ? null : each)}
          >
            <Badge outcome={each} /> {counts[each]}
          </button>
        ))}
      </div>
      <p role="status" className="muted access-count">
        {text(found === 0 ? say.ACCESS_NONE : say.ACCESS_COUNT(found))}
      </p>
      <div>
        {groups.map((each) => (
          <Group key={each.type} group={each} open={search !== "" || groups.length === 1} />
        ))}
      </div>
    </>
  );
}

function Group({ group, open }: { group: AccessGroup; open: boolean }) {
  const text = useText();
  const { field } = useExplore();
  const [opened, setOpened] = useState(false);
  const wished = field?.what.split(".", 1)[0] === group.type;

  useEffect(() => {
    if (wished) setOpened(true);
  }, [wished, field]);

  const shown = opened || open;
  return (
    <div className="access-group">
      <h3>
        <button type="button" aria-expanded={shown} onClick={() => setOpened(!shown)}>
          <span className="access-type">{group.type === "Query" ? text(say.ENTRY_POINTS) : group.type}</span>
          <Share group={group} />
        </button>
      </h3>
      {shown && (
        <ul>
          {group.fields.map((each) => (
            <AccessFieldItem key={each.coordinate} field={each} />
          ))}
        </ul>
      )}
    </div>
  );
}

/** How many of a type's fields are not given in full, and in which way. */
function Share({ group }: { group: AccessGroup }) {
  const text = useText();
  const outcomes = OUTCOMES.map((outcome) => ({
    outcome,
    count: group.fields.filter(({ access }) => access.outcome === outcome).length,
  })).filter(({ outcome, count }) => count > 0 && (outcome !== "ALLOW" || count === group.fields.length));
  return (
    <span className="access-share">
      {outcomes.map(({ outcome, count }) => (
        <span key={outcome} className="access-some" data-outcome={outcome}>
          <Icon name={OUTCOME_ICONS[outcome]} />
          <span className="visually-hidden">{text(OUTCOMES_SAID[outcome])} </span>
          {count}
        </span>
      ))}
    </span>
  );
}
