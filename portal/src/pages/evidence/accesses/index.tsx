import { useCallback, useEffect, useState } from "react";

import { HubError } from "../../../hub/client";
import type { GraphQLFormattedError } from "../../../hub/types";
import { useText } from "../../../i18n";
import { useRoute } from "../../../routes";
import { Failure, Notice, Spinner } from "../../../ui";
import { ACCESSES, loaded } from "../texts";
import { AccessTable } from "./access-table";
import { Download } from "./download";
import { FilterForm } from "./filter-form";
import { askAccesses, NO_FILTERS, PAGE, type Access, type Filters } from "./query";
import { Summary } from "./summary";
import { Timeline } from "./timeline";

interface Told {
  readonly accesses: readonly Access[];
  readonly errors: readonly GraphQLFormattedError[];
  /** Whether the hub told of no more. */
  readonly isWhole: boolean;
}

/** Who was given records of the agency, by conditions that stand in the address. */
export function Accesses() {
  const text = useText();
  const { query, setQuery } = useRoute();
  const filters = filtersOf(query);
  const { told, error, loading, more, reload } = useAccesses(filters);
  const count = told?.accesses.length ?? 0;
  return (
    <div className="stack">
      <FilterForm
        key={query.toString()}
        filters={filters}
        onApply={(chosen) => setQuery(Object.fromEntries(Object.entries(chosen).filter(([, value]) => value !== "")))}
      />
      <p className="evidence-count" role="status">
        {told && !error ? text(loaded(count)) : ""}
      </p>
      {error && <Failure error={error} onRetry={reload} />}
      {told && told.errors.length > 0 && <Refused errors={told.errors} />}
      {told && count > 0 && (
        <>
          <div className="evidence-overview">
            <Timeline accesses={told.accesses} />
            <Summary accesses={told.accesses} />
          </div>
          <AccessTable accesses={told.accesses} />
        </>
      )}
      {told && count === 0 && told.errors.length === 0 && (
        <Notice kind="info" title={text(ACCESSES.none)}>
          {text(ACCESSES.noneYet)}
        </Notice>
      )}
      {loading && <Spinner />}
      {told && !loading && count > 0 && (
        <div className="actions">
          {told.isWhole ? (
            <p className="muted">{text(ACCESSES.all)}</p>
          ) : (
            <button type="button" className="button" onClick={more}>
              {text(ACCESSES.more)}
            </button>
          )}
          <Download filters={filters} />
        </div>
      )}
    </div>
  );
}

/** Why the hub does not tell, as it says it; that a scope is lacking, in words of the page. */
function Refused({ errors }: { errors: readonly GraphQLFormattedError[] }) {
  const text = useText();
  const isUnscoped = errors.some(({ message, extensions }) =>
    JSON.stringify([message, extensions]).includes("audit:read"),
  );
  return (
    <Notice kind="warn" title={text(isUnscoped ? ACCESSES.unscoped : ACCESSES.refused)}>
      {isUnscoped && <p>{text(ACCESSES.unscopedHelp)}</p>}
      {errors.map((each) => (
        <p key={each.message} className="muted" lang="en">
          {each.message}
        </p>
      ))}
    </Notice>
  );
}

function useAccesses(filters: Filters) {
  const [told, setTold] = useState<Told | null>(null);
  const [error, setError] = useState<HubError | null>(null);
  const [loading, setLoading] = useState(true);
  const [round, setRound] = useState(0);
  const key = JSON.stringify(filters);

  const ask = useCallback(
    async (before: readonly Access[], isWanted: () => boolean) => {
      setLoading(true);
      try {
        const page = await askAccesses(JSON.parse(key) as Filters, before.at(-1)?.index ?? null);
        if (!isWanted()) return;
        const isWhole = (page.accesses?.length ?? 0) < PAGE;
        setTold({ accesses: [...before, ...(page.accesses ?? [])], errors: page.errors, isWhole });
        setError(null);
      } catch (caught) {
        if (!(caught instanceof HubError)) throw caught;
        if (isWanted()) setError(caught);
      } finally {
        if (isWanted()) setLoading(false);
      }
    },
    [key],
  );

  useEffect(() => {
    let isWanted = true;
    setTold(null);
    void ask([], () => isWanted);
    return () => {
      isWanted = false;
    };
  }, [ask, round]);

  const more = () => void ask(told?.accesses ?? [], () => true);
  return { told, error, loading, more, reload: () => setRound((before) => before + 1) };
}

function filtersOf(query: URLSearchParams): Filters {
  const names = Object.keys(NO_FILTERS) as (keyof Filters)[];
  return { ...NO_FILTERS, ...Object.fromEntries(names.map((name) => [name, query.get(name) ?? ""])) };
}
