import { useMemo } from "react";

import { useSession } from "../../hub/session";
import { useText } from "../../i18n";
import { useRoute } from "../../routes";
import { Failure, Icon, Page, Spinner, Tabs } from "../../ui";
import { useAsked } from "./asked";
import { askCatalogue, type Catalogue, saveSdl } from "./catalogue";
import type { ShareClass } from "./entries";
import { EntryCards } from "./entry-cards";
import { IdentifierTable } from "./identifier-table";
import { type Asked, search, withQuery } from "./search";
import { SearchForm } from "./search-form";
import { CLASSES, DOWNLOAD, DOWNLOAD_HINT, INTRO, TABS, TITLE } from "./texts";
import { TypeCards } from "./type-cards";
import { TypeGraph } from "./type-graph";
import "./catalogue.css";

export default function CataloguePage() {
  const text = useText();
  const { session } = useSession();
  const { data, error, loading, reload } = useAsked(askCatalogue, session.purpose);
  const download = data && (
    <button
      type="button"
      className="button"
      title={text(DOWNLOAD_HINT)}
      onClick={() => void saveSdl(data.introspection)}
    >
      <Icon name="download" />
      {text(DOWNLOAD)}
    </button>
  );
  return (
    <Page title={text(TITLE)} intro={text(INTRO)} actions={download}>
      {loading && !data && <Spinner />}
      {error && <Failure error={error} onRetry={reload} />}
      {data && <Shown catalogue={data} />}
    </Page>
  );
}

function Shown({ catalogue: { dictionary, entries } }: { catalogue: Catalogue }) {
  const text = useText();
  const { query, setQuery } = useRoute();
  const asked = askedBy(query);
  const { words, owner, shareClass } = asked;
  const found = useMemo(
    () => search(dictionary, entries, { words, owner, shareClass }),
    [dictionary, entries, words, owner, shareClass],
  );
  const types = useMemo(() => withQuery(dictionary), [dictionary]);
  const tab = query.get("tab") ?? "entries";
  const named = query.get("type");
  const shownTypes = useMemo(() => new Set(found.types.map((each) => each.type.name)), [found]);

  const tabs = [
    {
      id: "entries",
      label: <Counted label={text(TABS.entries)} count={found.entries.length} />,
      content: <EntryCards entries={found.entries} />,
    },
    {
      id: "types",
      label: <Counted label={text(TABS.types)} count={found.types.length} />,
      content: <TypeCards dictionary={dictionary} found={found.types} named={named} searching={words !== ""} />,
    },
    {
      id: "identifiers",
      label: <Counted label={text(TABS.identifiers)} count={found.identifiers.length} />,
      content: (
        <div className="catalogue-identifiers">
          <IdentifierTable identifiers={found.identifiers} />
        </div>
      ),
    },
    { id: "graph", label: text(TABS.graph), content: <TypeGraph types={types} found={shownTypes} /> },
  ];
  return (
    <>
      <SearchForm
        entries={entries}
        asked={asked}
        found={found}
        onAsk={(next) => setQuery({ ...queryOf(next), ...(tab === "entries" ? {} : { tab }) })}
      />
      <Tabs
        label={text(TABS.label)}
        tabs={tabs}
        selected={tab}
        onSelect={(next) => setQuery({ ...queryOf(asked), tab: next })}
      />
    </>
  );
}

function Counted({ label, count }: { label: string; count: number }) {
  return (
    <>
      {label} <span className="catalogue-tab-count">{count}</span>
    </>
  );
}

/** What the address says is looked for. */
function askedBy(query: URLSearchParams): Asked {
  const shareClass = query.get("class") ?? "";
  return {
    words: query.get("q") ?? "",
    owner: query.get("owner") ?? "",
    shareClass: shareClass in CLASSES ? (shareClass as ShareClass) : "",
  };
}

function queryOf({ words, owner, shareClass }: Asked): Record<string, string> {
  return { ...(words ? { q: words } : {}), ...(owner ? { owner } : {}), ...(shareClass ? { class: shareClass } : {}) };
}
